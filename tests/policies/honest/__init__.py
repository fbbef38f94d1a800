"""Honest programs of other teams, as recorded resources: what must pass the packs, if need be by one exception.

They are written as their authors would write them on ACK Serverless: sizes that ECI bills, pods without privileges,
tags for the bill.
"""

from tests.policies.honest.exceptional import EXCEPTIONAL
from tests.policies.honest.harmless import HARMLESS

__all__ = ["EXCEPTIONAL", "HARMLESS"]
