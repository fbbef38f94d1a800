"""Many short tasks and a last one that takes long: long_task.py RESULT TASKS SHORT_SECONDS LONG_SECONDS.

The long one shows what dynamic allocation gives back, and leaves time to take an executor or the driver away.
"""

import sys
import time

from pyspark.sql import SparkSession


def main(result: str, tasks: str, short: str, long: str) -> None:
    """Square the numbers of the tasks, slowly; write their sum."""
    spark = SparkSession.builder.getOrCreate()
    count, last = int(tasks), int(tasks) - 1

    def square(number: int) -> int:
        time.sleep(float(long if number == last else short))
        return number * number

    total = spark.sparkContext.parallelize(range(count), count).map(square).sum()
    spark.createDataFrame([(total,)], "total bigint").coalesce(1).write.mode("overwrite").parquet(result)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
