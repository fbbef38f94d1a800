"""Orders as a stream of files, counted by country and kept exactly once: streaming.py TABLES RESULT CHECKPOINT.

One file a batch. The checkpoint says which files are done: a job that is killed and started again goes on there.
"""

import sys

from pyspark.sql import SparkSession


def main(tables: str, result: str, checkpoint: str) -> None:
    """Work through all files that are there, then end."""
    spark = SparkSession.builder.getOrCreate()
    schema = spark.read.parquet(f"{tables}/orders").schema
    customers = spark.read.parquet(f"{tables}/customers")
    orders = spark.readStream.schema(schema).option("maxFilesPerTrigger", 1).parquet(f"{tables}/orders")
    counted = orders.join(customers, "customer_id").select("order_id", "country", "quantity")
    query = (
        counted.writeStream.format("parquet")
        .option("path", result)
        .option("checkpointLocation", checkpoint)
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
