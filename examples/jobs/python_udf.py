"""A check digit for each order, by a Python function that runs beside the executors: python_udf.py TABLES RESULT."""

import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f


def check_digit(number: int) -> int:
    """The digit that makes a number divisible by ten when every second digit counts double (Luhn)."""
    total = 0
    for position, character in enumerate(reversed(str(number))):
        digit = int(character) * (2 if position % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return (10 - total % 10) % 10


def main(tables: str, result: str) -> None:
    """Count the orders of each check digit and write the counts."""
    spark = SparkSession.builder.getOrCreate()
    digit = f.udf(check_digit, "int")
    orders = spark.read.parquet(f"{tables}/orders").where("order_id < 500000")
    counts = orders.groupBy(digit("order_id").alias("digit")).agg(f.count("*").alias("orders"))
    counts.coalesce(1).write.mode("overwrite").parquet(result)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
