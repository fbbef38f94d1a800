"""Where the platform's own images come from: one folder of a registry, in which all have a name of one part.

A namespace of ACR holds no further folders, so upstream's longer names (kubeflow/spark-operator/controller) cannot be
kept there. A component that names its own image keeps it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from ..base.constants import CELEBORN_VERSION, SPARK_OPERATOR_VERSION
from ..base.inputs import Inputs
from ..base.mistakes import Mistakes, check
from ..pods.images import ImageDigest, ImageFolder, ImageTag
from ..shuffle.inputs import ShuffleSettings
from ..spark.inputs import SIDECAR_IMAGE, SparkSettings
from ..spark_operator.inputs import OperatorImage, OperatorSettings


@dataclass(frozen=True)
class PlatformImage:
    """One image that pods of the platform are made of."""

    name: str
    """Its repository in the registry's folder."""
    upstream: str | None
    """Where it is published, with its tag; None: it is built from images/spark."""

    @property
    def tag(self) -> str:
        """The tag it is published under; empty when it is built here."""
        return (self.upstream or "").rpartition(":")[2]


SPARK: Final = PlatformImage("spark", None)
CELEBORN: Final = PlatformImage("celeborn", f"docker.io/apache/celeborn:{CELEBORN_VERSION}")
OPERATOR: Final = PlatformImage(
    "spark-operator", f"ghcr.io/kubeflow/spark-operator/controller:{SPARK_OPERATOR_VERSION}"
)
SIDECAR: Final = PlatformImage("ack-ram-tool", SIDECAR_IMAGE)
PLATFORM_IMAGES: Final[Mapping[str, PlatformImage]] = {i.name: i for i in (SPARK, CELEBORN, OPERATOR, SIDECAR)}


class ImagesSettings(Inputs):
    """Where the platform's images come from: Spark, Celeborn, the Spark operator, the RRSA sidecar."""

    registry: ImageFolder | None = Field(
        None,
        description="Folder of a registry that pods reach, for all images of the platform whose component names none; "
        f"`make images` fills it. The images are called {', '.join(PLATFORM_IMAGES)}. Left out: the publishers' "
        "registries, which pods reach only over the internet, or the namespace of the section registry",
    )
    spark_tag: ImageTag | None = Field(
        None, description="Tag of the Spark image in that folder; left out: spark.version. Each build needs its own"
    )
    digests: dict[str, ImageDigest] = Field(
        {},
        description="Digests of the images in that folder, by name:tag, such as celeborn:0.7.0. One of another tag "
        "has no effect, so an upgrade does not keep the old image; `make images STACK=… PIN=1` fills them in",
    )

    @check
    def _digests_are_of_platform_images(self) -> Mistakes:
        for key in self.digests:
            name, _, tag = key.partition(":")
            if name not in PLATFORM_IMAGES or not tag:
                yield (
                    f"digests.{key}",
                    f"is no image with its tag; allowed: {'|'.join(PLATFORM_IMAGES)}, a colon, a tag",
                )

    def in_folder(self, folder: str) -> "ImagesSettings":
        """The same images in a folder that follows from a registry of the stack's own."""
        return self if self.registry is not None else self.changed(registry=folder)

    def reference(self, image: PlatformImage, tag: str) -> str | None:
        """An image's whole name in the registry, with its digest where one is set; None without a registry."""
        if self.registry is None:
            return None
        digest = self.digests.get(f"{image.name}:{tag}")
        return f"{self.registry}/{image.name}:{tag}" + (f"@{digest}" if digest else "")

    def of_jobs(self, spark: SparkSettings) -> SparkSettings:
        """The jobs' defaults, with the images that they do not name themselves."""
        if self.registry is None:
            return spark
        sidecar = None if "credentials_sidecar_image" in spark.model_fields_set else SIDECAR
        return spark.changed_by(
            {
                "image": lambda: spark.image or self.reference(SPARK, self.spark_tag or spark.version),
                "credentials_sidecar_image": lambda: (
                    self.reference(sidecar, sidecar.tag) if sidecar else spark.credentials_sidecar_image
                ),
            }
        )

    def of_shuffle(self, shuffle: ShuffleSettings) -> ShuffleSettings:
        """The shuffle service, with its image unless it names one."""
        reference = self.reference(CELEBORN, CELEBORN.tag)
        return shuffle if reference is None or "image" in shuffle.model_fields_set else shuffle.changed(image=reference)

    def of_operator(self, operator: OperatorSettings) -> OperatorSettings:
        """The operator, with its image unless it names one."""
        image = operator.image
        if self.registry is None or image.model_fields_set & {"registry", "repository"}:
            return operator
        digest = image.digest or self.digests.get(f"{OPERATOR.name}:{OPERATOR.tag}")
        here: OperatorImage = image.changed(registry=self.registry, repository=OPERATOR.name, digest=digest)
        return operator.changed(image=here)
