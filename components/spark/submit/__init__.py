"""How a workspace's Spark defaults and pod templates reach its jobs without any webhook.

The Spark operator 2.5.2 runs `$SPARK_HOME/bin/spark-submit` in its own pod, reads no configuration of a team's
namespace and replaces pod templates named in `sparkConf`. So the operator's SPARK_HOME points to `hook.py`, which adds
the team's defaults and then becomes the real spark-submit. It costs a Python start and two reads from the API server,
about 0.2 s beside the 2 to 8 s of a submission. Jobs of SparkConnect are not submitted this way and are not reached.
"""

from pathlib import Path
from typing import Any, Final

HOOK: Final = Path(__file__).with_name("hook.py").read_text(encoding="utf-8")
"""The program, for the ConfigMap in the operator's namespace: key `spark-submit`."""
HOOK_CONFIG_MAP: Final = "spark-submit-hook"
HOOK_HOME: Final = "/opt/spark-on-ack"
SPARK_HOME: Final = "/opt/spark"
"""Where Spark is in the operator's image (its base is the official Spark image)."""


def chart_values() -> dict[str, list[dict[str, Any]]]:
    """What to add to the chart's `controller.env`, `.volumes` and `.volumeMounts` (Helm replaces lists)."""
    return {
        "env": [
            {"name": "SPARK_HOME", "value": HOOK_HOME},
            {"name": "SPARK_ON_ACK_SPARK_HOME", "value": SPARK_HOME},
        ],
        "volumes": [{"name": "submit-hook", "configMap": {"name": HOOK_CONFIG_MAP, "defaultMode": 0o555}}],
        "volumeMounts": [{"name": "submit-hook", "mountPath": f"{HOOK_HOME}/bin", "readOnly": True}],
    }
