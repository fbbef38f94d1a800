"""The ConfigMap `spark-defaults` of a workspace: what the submit hook gives to the team's jobs."""

import dataclasses
import json
from typing import Any, Final

from ..base.outputs import embed, when_known
from .configuration import render, spark_conf
from .context import JobContext
from .inputs import SparkSettings
from .submit import hook
from .templates import driver_template, executor_template

SPARK_DEFAULTS: Final = hook.DEFAULTS
"""Name of the ConfigMap in the team's namespace. Jobs must not be able to write it: an admission policy prevents it."""


TEXTS: Final = ("role_name", "role_arn", "oidc_provider_arn", "event_log_dir", "files_bucket")
"""Facts of a context that are only copied into the texts: while one is unknown, everything else stays known."""


def defaults_data(settings: SparkSettings, context: JobContext, **facts: Any) -> Any:  # noqa: ANN401 - or an Output
    """`data` of the ConfigMap: `spark-defaults.conf`, `driver-template.json` and `executor-template.json`.

    `facts` replace fields of `context` and may be Outputs, as may the images of `settings`. What is computed with
    (figures, images) makes all of it an Output; what is only copied makes those files one in which it stands.
    """

    texts = {k: v for k, v in facts.items() if k in TEXTS}
    figures = {k: v for k, v in facts.items() if k not in TEXTS}

    def build(image: str | None, sidecar: str | None, *numbers: int) -> Any:  # noqa: ANN401
        known = settings.changed(image=image, credentials_sidecar_image=sidecar)
        with_figures = dataclasses.replace(context, **dict(zip(figures, numbers, strict=True)))  # type: ignore[arg-type]

        def files(**copied: str) -> dict[str, str]:
            whole = dataclasses.replace(with_figures, **copied)  # type: ignore[arg-type]
            return {
                hook.CONF: render(spark_conf(known, whole)),
                hook.TEMPLATES["driver"]: json.dumps(driver_template(known, whole), indent=2) + "\n",
                hook.TEMPLATES["executor"]: json.dumps(executor_template(known, whole), indent=2) + "\n",
            }

        return embed(files, **texts)

    return when_known(build, settings.image, settings.credentials_sidecar_image, *figures.values())
