"""Answers queries in Spark over the tables of a catalog: a JSON object of queries by name comes in, one of answers goes out.

Usage: spark-queries.py CATALOG < queries.json; SPARK_EXTRA_CLASSPATH names Iceberg's runtime for Spark.
"""
import decimal
import json
import os
import sys
import time

from pyspark.sql import SparkSession

settings = {
    "spark.driver.extraClassPath": os.environ["SPARK_EXTRA_CLASSPATH"],
    "spark.driver.memory": "4g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.defaultCatalog": "w",
    "spark.sql.catalog.w": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.w.type": "rest",
    "spark.sql.catalog.w.uri": sys.argv[1],
}
builder = SparkSession.builder.master("local[2]").appName("weir")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
spark.sql("USE w.public")


def text(value):
    """As DuckDB prints it."""
    if value is None or isinstance(value, str):
        return value
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)


answers = {}
for name, query in json.load(sys.stdin).items():
    began = time.time()
    table = spark.sql(query)
    answers[name] = {"columns": table.columns, "rows": [[text(value) for value in row] for row in table.collect()]}
    print(f"spark {name}: {time.time() - began:.1f} s", file=sys.stderr, flush=True)
json.dump(answers, sys.stdout)
