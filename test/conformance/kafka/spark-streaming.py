"""Spark structured streaming between two topics: spark-streaming.py BOOTSTRAP RECORDS FOLDER

Writes RECORDS rows to a topic, copies them as a stream to another one in two runs that share a checkpoint (the second begins where
the first was stopped), and reads the copy as a batch: each row is there once, with key, value and headers.
"""

import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql.functions import array, col, lit, struct

bootstrap, count, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
run = f"spark-{int(time.time())}"
source, target = f"{run}-in", f"{run}-out"
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")


def write(first: int, end: int) -> None:
    rows = spark.range(first, end).select(
        col("id").cast("string").alias("key"),
        (col("id") * 7).cast("string").alias("value"),
        array(struct(lit("from").alias("key"), lit("spark").cast("binary").alias("value"))).alias("headers"),
    )
    options = {"kafka.bootstrap.servers": bootstrap, "topic": source, "includeHeaders": "true"}
    rows.write.format("kafka").options(**options).save()


def copy() -> None:
    stream = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", bootstrap)
        .option("subscribe", source)
        .option("startingOffsets", "earliest")
        .option("includeHeaders", "true")
        .option("maxOffsetsPerTrigger", 500)
        .load()
    )
    query = (
        stream.select("key", "value", "headers")
        .writeStream.format("kafka")
        .option("kafka.bootstrap.servers", bootstrap)
        .option("topic", target)
        .option("includeHeaders", "true")
        .option("checkpointLocation", f"{folder}/checkpoint")
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination(180)


write(0, count // 2)
copy()
write(count // 2, count)
copy()
copied = (
    spark.read.format("kafka")
    .option("kafka.bootstrap.servers", bootstrap)
    .option("subscribe", target)
    .option("includeHeaders", "true")
    .load()
    .selectExpr("cast(key as string) as key", "cast(value as string) as value", "headers[0].key as header")
    .collect()
)
wanted = sorted((str(i), str(i * 7), "from") for i in range(count))
found = sorted((row.key, row.value, row.header) for row in copied)
spark.stop()
print(f"spark streaming: {len(found)} rows copied of {count}, {'equal' if found == wanted else 'NOT equal'}")
sys.exit(0 if found == wanted else 1)
