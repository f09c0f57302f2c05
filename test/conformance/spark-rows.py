"""Runs statements in Spark against a catalog that it calls w: each line that it reads is a JSON list of them, and the rows of the last are
printed as a line, a JSON list of texts.

Usage: spark-rows.py CATALOG; SPARK_EXTRA_CLASSPATH names Iceberg's runtime for Spark.
"""
import json
import os
import sys

from pyspark.sql import SparkSession

settings = {
    "spark.driver.extraClassPath": os.environ["SPARK_EXTRA_CLASSPATH"],
    "spark.driver.memory": "1g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.catalog.w": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.w.type": "rest",
    "spark.sql.catalog.w.uri": sys.argv[1],
    # Tables change behind its back.
    "spark.sql.catalog.w.cache-enabled": "false",
}
builder = SparkSession.builder.master("local[2]").appName("weir")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
for line in sys.stdin:
    *statements, query = json.loads(line)
    for statement in statements:
        spark.sql(statement)
    rows = spark.sql(query).collect()
    texts = [" ".join("null" if value is None else str(value) for value in row) for row in rows]
    print(json.dumps(texts), flush=True)
