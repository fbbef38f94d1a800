"""Sales by country, category and month from 5 million orders: reads three tables, joins, aggregates, writes Parquet.

etl.py TABLES RESULT: folders on object storage. Money is in whole cents, so that sums are exact.
"""

import sys

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f


def main(tables: str, result: str) -> None:
    """Read `tables`, write `result`/sales and `result`/best_categories."""
    spark = SparkSession.builder.getOrCreate()
    orders = spark.read.parquet(f"{tables}/orders").where("NOT returned")
    customers = spark.read.parquet(f"{tables}/customers")
    products = spark.read.parquet(f"{tables}/products")
    sales = (
        orders.join(customers, "customer_id")
        .join(products, "product_id")
        .groupBy("country", "category", f.date_format("ordered_on", "yyyy-MM").alias("month"))
        .agg(
            f.count("*").alias("orders"),
            f.sum("quantity").alias("quantity"),
            f.sum(f.col("quantity") * f.col("price_cents")).alias("revenue_cents"),
            f.countDistinct("customer_id").alias("customers"),
        )
    )
    sales.coalesce(1).write.mode("overwrite").parquet(f"{result}/sales")
    # read back instead of cached: executors that hold cached data are not given back
    sales = spark.read.parquet(f"{result}/sales")
    by_category = sales.groupBy("country", "category").agg(f.sum("revenue_cents").alias("revenue_cents"))
    rank = f.row_number().over(Window.partitionBy("country").orderBy(f.desc("revenue_cents"), "category"))
    best = by_category.withColumn("rank", rank).where("rank <= 3")
    best.coalesce(1).write.mode("overwrite").parquet(f"{result}/best_categories")
    print(f"RESULT: {sales.count()} rows of sales")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
