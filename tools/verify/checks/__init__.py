"""All checks, in the order of the table: importing this package declares them."""

from tools.verify.checks import control, network, storage, jobs, metrics  # noqa: F401, I001 (the order of the table)
