"""Fails the first time and works the second: fails_once.py FOLDER. The operator's restart policy brings the second."""

import sys

from pyspark.sql import SparkSession


def main(folder: str) -> None:
    """Leave a mark in `folder` and fail unless the mark is there."""
    spark = SparkSession.builder.getOrCreate()
    jvm = spark.sparkContext._jvm  # Hadoop's file systems: whatever the address is on
    mark = jvm.org.apache.hadoop.fs.Path(f"{folder}/tried")
    files = mark.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    first = not files.exists(mark)
    if first:
        files.create(mark).close()
        raise SystemExit("the first try fails on purpose")
    files.delete(mark, False)
    spark.range(1000).coalesce(1).write.mode("overwrite").parquet(f"{folder}/result")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
