"""A client of a Spark Connect server: client.py ADDRESS TABLES, such as client.py sc://localhost:15002 oss://....

Runs anywhere with Python and `pip install pyspark-client`; no Java. The query runs in the cluster, the few rows of its
result come back.
"""

import json
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f


def main(address: str, tables: str) -> None:
    """Print the orders and the pieces by quantity, as JSON."""
    spark = SparkSession.builder.remote(address).getOrCreate()
    orders = spark.read.parquet(f"{tables}/orders")
    counted = orders.groupBy("quantity").agg(f.count("*").alias("orders")).orderBy("quantity")
    print(json.dumps([[row.quantity, row.orders] for row in counted.collect()]))
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
