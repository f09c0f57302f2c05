"""The same by Spark: a catalog for each user, none with keys. One JSON object, `user action` to `allowed`, rows or the error."""
import json
import os
import sys

from pyspark.sql import SparkSession

uri, *credentials = sys.argv[1:]
settings = {
    "spark.driver.extraClassPath": os.environ["SPARK_EXTRA_CLASSPATH"],
    "spark.driver.memory": "1g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
}
for credential in credentials:
    catalog = "spark.sql.catalog." + credential.split(":")[0]
    settings |= {
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        catalog + ".type": "rest",
        catalog + ".uri": uri,
        catalog + ".credential": credential,
        catalog + ".io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        catalog + ".header.X-Iceberg-Access-Delegation": "remote-signing",
        catalog + ".cache-enabled": "false",
    }
builder = SparkSession.builder.master("local[1]").appName("weir")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
found = {}
for user in (credential.split(":")[0] for credential in credentials):
    for action, statement in {
        "scan": f"SELECT id FROM {user}.public.orders ORDER BY id",
        "append": f"INSERT INTO {user}.public.orders VALUES (8)",
        "change": f"UPDATE {user}.public.orders SET id = 9 WHERE id = 8",
        "make": f"CREATE TABLE {user}.public.made USING iceberg AS SELECT 1 AS id",
        "made": f"SELECT id FROM {user}.public.made",
        "drop": f"DROP TABLE {user}.public.made",
        "masked": f"SELECT * FROM {user}.public.people",
        "rows at the end": f"SELECT id FROM {user}.public.orders ORDER BY id",
    }.items():
        try:
            found[f"{user} {action}"] = [row[0] for row in spark.sql(statement).collect()]
        except Exception as error:
            found[f"{user} {action}"] = "refused: " + str(error)
print(json.dumps(found))
