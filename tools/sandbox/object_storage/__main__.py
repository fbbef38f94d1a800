"""`python -m tools.sandbox.object_storage`: carry out the plan that is read from standard input.

It runs inside the node, which alone reaches the gateway.
"""

import json
import sys

from tools.sandbox.object_storage.plan import Plan, carry_out

carry_out(Plan(**json.load(sys.stdin)))
