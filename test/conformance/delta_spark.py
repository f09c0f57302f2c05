# What the programs share that run Delta tables through Spark.
import os

from pyspark.sql import SparkSession


# Keys are those of the environment.
s3 = {
    "endpoint": os.environ.get("S3_ENDPOINT", ""),
    "endpoint.region": os.environ.get("AWS_REGION", "us-east-1"),
    "path.style.access": "true",
    "connection.ssl.enabled": "false",
}


def session(jars, folder):
    builder = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", jars)
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.databricks.delta.snapshotPartitions", "2")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", "1g")
        .config("spark.sql.warehouse.dir", f"{folder}/warehouse")
    )
    if "S3_ENDPOINT" in os.environ:
        for key, value in s3.items():
            builder = builder.config(f"spark.hadoop.fs.s3a.{key}", value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def printed(frame):
    """Rows as JSON, with text for what JSON has not: times, and decimals with all of their digits."""
    moment = "date_format(`{0}`, 'yyyy-MM-dd HH:mm:ss.SSSSSS')"
    items = []
    for field in frame.schema:
        kind = field.dataType.typeName()
        if kind == "timestamp":
            items.append(f"concat({moment.format(field.name)}, '+00') AS `{field.name}`")
        elif kind == "timestamp_ntz":
            items.append(f"{moment.format(field.name)} AS `{field.name}`")
        elif kind == "decimal":
            items.append(f"CAST(`{field.name}` AS STRING) AS `{field.name}`")
        else:
            items.append(f"`{field.name}`")
    rows = frame.selectExpr(*items).selectExpr("to_json(struct(*), map('ignoreNullFields', 'false')) AS row").collect()
    return [row["row"] for row in rows]
