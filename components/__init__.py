"""Spark on Alibaba Cloud without machines to own: Pulumi components that also work alone.

    from spark_on_ack import ShuffleService
    ShuffleService("shuffle", {"workers_replicas": 4})

Each component is loaded when it is first named, so a program loads only the provider SDKs that it uses.
"""

from typing import Any

from .package.registry import COMPONENTS

__all__ = ["InputError", *COMPONENTS]  # noqa: PLE0604 - names of a table


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a component's class
    if name in COMPONENTS:
        return COMPONENTS[name].resource
    if name == "InputError":
        from .base.mistakes import InputError

        return InputError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
