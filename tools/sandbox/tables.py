"""Tables for the example jobs, made by DuckDB, and what the jobs must find in them, computed by DuckDB as well.

Nothing here is shared with the jobs: another engine, other queries.
"""
# ruff: noqa: S608 - queries are made of constants and of paths of our own

import hashlib
import shutil
import tempfile
from pathlib import Path

import duckdb

from tools.sandbox.console import SandboxError

ORDERS, CUSTOMERS, PRODUCTS = 5_000_000, 50_000, 500
"""Rows of the tables. Multiplying by a large prime spreads the numbers; no random generator, so every run is alike."""
TABLES = {
    "orders": (
        f"SELECT i AS order_id, (i * 2654435761 % {CUSTOMERS})::INTEGER AS customer_id, "
        f"(i * 40503 % {PRODUCTS})::INTEGER AS product_id, (1 + i * 7919 % 5)::INTEGER AS quantity, "
        "(100 + i * 104729 % 9900)::INTEGER AS price_cents, i % 50 = 7 AS returned, "
        f"DATE '2025-01-01' + (i * 730 // {ORDERS})::INTEGER AS ordered_on FROM range({ORDERS}) AS r(i)",
        4,
    ),
    "customers": (
        "SELECT i::INTEGER AS customer_id, "
        "chr((65 + i * 31 % 20)::INTEGER) || chr((65 + i * 31 % 7)::INTEGER) AS country "
        f"FROM range({CUSTOMERS}) AS r(i)",
        1,
    ),
    "products": (
        f"SELECT i::INTEGER AS product_id, 'category-' || (i * 17 % 12) AS category FROM range({PRODUCTS}) AS r(i)",
        1,
    ),
}
"""Table -> its query and the number of its files."""
SALES = """
    SELECT c.country, p.category, strftime(o.ordered_on, '%Y-%m') AS month, count(*) AS orders,
        sum(o.quantity)::BIGINT AS quantity, sum(o.quantity * o.price_cents)::BIGINT AS revenue_cents,
        count(DISTINCT o.customer_id) AS customers
    FROM orders o, customers c, products p
    WHERE o.customer_id = c.customer_id AND o.product_id = p.product_id AND o.returned = false GROUP BY ALL
"""
BEST = f"""
    SELECT * EXCLUDE (r), r::INTEGER AS rank FROM (
        SELECT country, category, sum(revenue_cents)::BIGINT AS revenue_cents,
            rank() OVER (PARTITION BY country ORDER BY sum(revenue_cents) DESC, category) AS r
        FROM ({SALES}) GROUP BY country, category
    ) WHERE r <= 3
"""
EXPECTED = {"sales": SALES, "best_categories": BEST}


def ensure(cache: Path) -> Path:
    """The folder with the tables, one folder of Parquet files each; made once (about 3 s)."""
    key = hashlib.sha256(f"{duckdb.__version__}{TABLES}".encode()).hexdigest()[:12]
    final = cache / "downloads" / f"tables-{key}"
    if final.exists():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix="tables.part-", dir=final.parent))
    try:
        with _database() as database:
            for name, (query, files) in TABLES.items():
                (part / name).mkdir()
                database.execute(f"CREATE TABLE whole AS {query}")
                rows = _count(database, "whole")
                for number in range(files):
                    first, last = rows * number // files, rows * (number + 1) // files
                    piece = f"SELECT * FROM whole WHERE rowid >= {first} AND rowid < {last}"
                    database.execute(f"COPY ({piece}) TO '{part / name / f'part-{number}.parquet'}' (FORMAT parquet)")
                database.execute("DROP TABLE whole")
        part.chmod(0o755)
        part.rename(final)
    except OSError:
        if not final.exists():  # otherwise another run was faster
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return final


def compare(tables: Path, result: Path) -> dict[str, int]:
    """Compare what the ETL job wrote into `result` with what DuckDB computes; gives the rows of each table.

    Raises:
        SandboxError: rows that only one of the two has.

    """
    rows = {}
    with _database() as database:
        for name in TABLES:
            database.execute(f"CREATE VIEW {name} AS SELECT * FROM '{tables}/{name}/*.parquet'")
        for name, query in EXPECTED.items():
            database.execute(f"CREATE TABLE expected AS {query}")
            columns = ", ".join(each[0] for each in database.execute("DESCRIBE expected").fetchall())
            database.execute(f"CREATE TABLE actual AS SELECT {columns} FROM '{result}/{name}/*.parquet'")
            for left, right in (("expected", "actual"), ("actual", "expected")):
                only = database.execute(f"FROM {left} EXCEPT ALL FROM {right} LIMIT 1").fetchone()
                if only:
                    raise SandboxError(f"{name}: only the {left} table has the row {only}")
            rows[name] = _count(database, "actual")
            database.execute("DROP TABLE expected; DROP TABLE actual")
    return rows


def _database() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute("SET enable_progress_bar = false")
    return database


def _count(database: duckdb.DuckDBPyConnection, table: str) -> int:
    row = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
