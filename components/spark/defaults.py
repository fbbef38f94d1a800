"""The ConfigMap `spark-defaults` of a workspace: what the submit hook gives to the team's jobs."""

import dataclasses
import json
from typing import Any, Final

from components.inputs import later
from components.models.spark import SparkSettings
from components.spark.conf import render, spark_conf
from components.spark.place import JobPlace
from components.spark.submit import hook
from components.spark.templates import driver_template, executor_template

SPARK_DEFAULTS: Final = hook.DEFAULTS
"""Name of the ConfigMap in the team's namespace. Jobs must not be able to write it (an admission policy sees to it)."""


def defaults_data(settings: SparkSettings, place: JobPlace, **later_facts: Any) -> Any:  # noqa: ANN401 - or an Output
    """`data` of the ConfigMap: `spark-defaults.conf`, `driver-template.json` and `executor-template.json`.

    `later_facts` replace fields of `place` and may be Outputs, as may the images of `settings`; the result is an
    Output only then.
    """
    names = tuple(later_facts)

    def build(image: str | None, sidecar: str | None, *facts: object) -> dict[str, str]:
        known = settings.model_copy(update={"image": image, "credentials_sidecar_image": sidecar})
        here = dataclasses.replace(place, **dict(zip(names, facts, strict=True)))  # type: ignore[arg-type]
        return {
            hook.CONF: render(spark_conf(known, here)),
            hook.TEMPLATES["driver"]: json.dumps(driver_template(known, here), indent=2) + "\n",
            hook.TEMPLATES["executor"]: json.dumps(executor_template(known, here), indent=2) + "\n",
        }

    return later(build, settings.image, settings.credentials_sidecar_image, *later_facts.values())
