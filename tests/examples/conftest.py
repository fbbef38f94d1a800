"""The package's process and schema, as the tests of the package use them."""

from tests.package.conftest import driver, schema

__all__ = ["driver", "schema"]
