"""Takes more memory than its pod has: out_of_memory.py MEBIBYTES. It must fail, soon and with a reason."""

import sys

from pyspark.sql import SparkSession


def main(mebibytes: str) -> None:
    """Have one task fill that much memory."""
    spark = SparkSession.builder.getOrCreate()
    size = int(mebibytes)

    def fill(_: int) -> int:
        return sum(len(each) for each in [b"x" * 2**20 for _ in range(size)])

    print(spark.sparkContext.parallelize([0], 1).map(fill).sum())
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
