"""The isolation policy pack, as the engine starts it: `pulumi up --policy-pack policies/isolation`."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent.parent)  # the engine puts the pack's own folder there; rules are packages

from policies.base.pack import serve  # noqa: E402
from policies.isolation.rules import RULES  # noqa: E402

serve("spark-on-ack-isolation", "What keeps teams and environments of a Spark platform on ACK apart", HERE, RULES)
