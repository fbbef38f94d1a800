"""Flat arguments of every component. GENERATED from the input models by `make args`: do not edit."""

from typing import NotRequired, TypedDict

import pulumi
