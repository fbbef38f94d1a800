"""Slow map tasks, a shuffle, slow reduce tasks: shuffle.py RESULT MAPS MAP_SECONDS REDUCES REDUCE_SECONDS ROUNDS.

Every task sleeps, so there is time to restart or take away a part of the shuffle service while data is in it. Each map
task writes 2,000 records of 1 KiB. The result says for each round how many records arrived and the sum of their
numbers.
"""

import random
import sys
import time
from collections.abc import Iterator

from pyspark.sql import SparkSession

RECORDS = 2_000
"""Of each map task."""
SIZE = 1024
"""Bytes of a record; random ones, because what is compressed to nothing never reaches a disk."""


def payload(number: int) -> bytes:
    """The record's bytes, the same ones each time."""
    return random.Random(number).randbytes(SIZE)  # noqa: S311 (no secret)


def main(result: str, maps: str, map_seconds: str, reduces: str, reduce_seconds: str, rounds: str) -> None:
    """Shuffle; write what arrived."""
    spark = SparkSession.builder.getOrCreate()

    def write(task: int) -> Iterator[tuple[int, bytes]]:
        time.sleep(float(map_seconds))
        for number in range(task * RECORDS, (task + 1) * RECORDS):
            yield number, payload(number)

    def read(records: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, int]]:
        time.sleep(float(reduce_seconds))
        count = total = 0
        for number, content in records:
            count, total = count + (content == payload(number)), total + number
        yield count, total

    arrived = []
    for number in range(int(rounds)):
        written = spark.sparkContext.parallelize(range(int(maps)), int(maps)).flatMap(write)
        parts = written.partitionBy(int(reduces)).mapPartitions(read).collect()
        count, total = (sum(each) for each in zip(*parts, strict=True))
        print(f"round {number}: {count} records, total {total}")
        arrived.append((number, count, total))
    rows = spark.createDataFrame(arrived, "round int, records bigint, total bigint")
    rows.coalesce(1).write.mode("overwrite").parquet(result)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
