"""Runs statements in Spark, in which the catalog is w: each line that comes in is {"sql": …}, each that goes out {"rows": […]} or {"error": …}.

Usage: spark-serve.py CATALOG [PROPERTIES], more of the catalog's as JSON; SPARK_EXTRA_CLASSPATH names Iceberg's runtime for Spark. Rows have the form of digest.py.
"""
import json
import os
import sys

from digest import plain
from pyspark.sql import Row, SparkSession

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what Spark prints is no answer
settings = {
    "spark.driver.extraClassPath": os.environ["SPARK_EXTRA_CLASSPATH"],
    "spark.driver.memory": "1g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.defaultCatalog": "w",
    "spark.sql.catalog.w": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.w.type": "rest",
    "spark.sql.catalog.w.uri": sys.argv[1],
    "spark.sql.catalog.w.cache-enabled": "false",
}
for key, value in json.loads(sys.argv[2] if len(sys.argv) > 2 else "{}").items():
    settings[f"spark.sql.catalog.w.{key}"] = value
builder = SparkSession.builder.master("local[2]").appName("weir")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()


def value_of(value):
    if isinstance(value, Row):
        return {name: value_of(inner) for name, inner in value.asDict().items()}
    if isinstance(value, dict):
        return {"keys": [value_of(key) for key in value], "values": [value_of(inner) for inner in value.values()]}
    return [value_of(item) for item in value] if isinstance(value, list) else plain(value)


def rows_of(table):
    """Timestamps pass as text: Python would shift them."""
    columns = []
    for field in table.schema.fields:
        kind = field.dataType.typeName()
        zone = "'+00:00'" if kind == "timestamp" else ""
        moment = f"date_format(`{field.name}`, \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS{zone}\") AS `{field.name}`"
        columns.append(moment if kind in ("timestamp", "timestamp_ntz") else f"`{field.name}`")
    return [value_of(row) for row in table.selectExpr(*columns).collect()] if columns else []


for line in sys.stdin:
    try:
        answer = {"rows": rows_of(spark.sql(json.loads(line)["sql"]))}
    except Exception as error:
        answer = {"error": str(error)[:2000]}
    print(json.dumps(answer, ensure_ascii=False), file=answers, flush=True)
