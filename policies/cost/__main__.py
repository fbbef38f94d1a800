"""The cost policy pack, as the engine starts it: `pulumi up --policy-pack policies/cost`."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent.parent)  # the engine puts the pack's own folder there; rules and model are packages

from policies.base.pack import serve  # noqa: E402
from policies.cost.rules import RULES  # noqa: E402

serve("spark-on-ack-cost", "What a Spark platform on ACK may cost", HERE, RULES)
