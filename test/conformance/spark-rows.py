"""Runs statements in Spark against a catalog that it calls w, and prints the rows of the last, a line each.

Usage: spark-rows.py CATALOG STATEMENT...; SPARK_EXTRA_CLASSPATH names Iceberg's runtime for Spark.
"""
import os
import sys

from pyspark.sql import SparkSession

address, *statements = sys.argv[1:]
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
    "spark.sql.catalog.w.uri": address,
}
builder = SparkSession.builder.master("local[2]").appName("weir")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
for statement in statements[:-1]:
    spark.sql(statement)
for row in spark.sql(statements[-1]).collect():
    print(" ".join("null" if value is None else str(value) for value in row))
