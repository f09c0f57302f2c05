"""What a user of the project may do with tables in S3 without any keys, as Spark sees it: one JSON object, an action to what came of it.

Usage: policies-s3-spark.py CATALOG CREDENTIAL; SPARK_EXTRA_CLASSPATH names Iceberg's runtime for Spark and its client of S3.
"""
import json
import os
import sys

from pyspark.sql import SparkSession

uri, credential = sys.argv[1:]
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
    "spark.sql.catalog.w": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.w.type": "rest",
    "spark.sql.catalog.w.uri": uri,
    "spark.sql.catalog.w.credential": credential,
    "spark.sql.catalog.w.header.X-Iceberg-Access-Delegation": "remote-signing",
    "spark.sql.catalog.w.cache-enabled": "false",
}
builder = SparkSession.builder.master("local[2]").appName("weir")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
found = {}


def attempt(action, *statements):
    """The first column of what the last statement answers, or why one of them was refused."""
    try:
        for statement in statements:
            rows = spark.sql(statement).collect()
        found[action] = sorted(row[0] for row in rows)
    except Exception as error:
        found[action] = f"refused: {error}"


orders, visits, closed = (f"w.public.{name}" for name in ("orders", "visits", "closed"))
by_position = ", ".join(f"'write.{change}.mode'='merge-on-read'" for change in ("delete", "update", "merge"))
attempt("read", f"SELECT id FROM {orders}")
attempt("append", f"INSERT INTO {visits} (id, page) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')", f"SELECT id FROM {visits}")
attempt("delete", f"DELETE FROM {visits} WHERE id = 1", f"SELECT id FROM {visits}")
attempt("by position", f"ALTER TABLE {visits} SET TBLPROPERTIES ({by_position})", f"DELETE FROM {visits} WHERE id = 2", f"SELECT id FROM {visits}")
attempt("update", f"UPDATE {visits} SET id = 30 WHERE page = 'c'", f"SELECT id FROM {visits}")
attempt(
    "merge",
    f"MERGE INTO {visits} t USING (SELECT id, 'new' AS page FROM {orders}) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, page) VALUES (s.id, s.page)",
    f"SELECT id FROM {visits}",
)
attempt("metadata tables", f"SELECT DISTINCT content FROM {visits}.all_files")
attempt("make", f"CREATE TABLE w.public.made USING iceberg AS SELECT id FROM {orders}", "SELECT id FROM w.public.made")
attempt("make again", f"CREATE OR REPLACE TABLE w.public.made USING iceberg AS SELECT id + 10 AS id FROM {orders}", "SELECT id FROM w.public.made")
attempt("drop what it made", "DROP TABLE w.public.made")
for action, statement in {
    "append to what it reads": f"INSERT INTO {orders} (id) VALUES (9)",
    "delete from what it reads": f"DELETE FROM {orders} WHERE id = 1",
    "truncate what it reads": f"TRUNCATE TABLE {orders}",
    "drop what it writes": f"DROP TABLE {visits}",
    "read what is closed": f"SELECT id FROM {closed}",
    "files of what is closed": f"SELECT file_path FROM {closed}.files",
    "append to what is closed": f"INSERT INTO {closed} (id) VALUES (9)",
    "copy what is closed": f"INSERT INTO {visits} (id, page) SELECT id, 'x' FROM {closed}",
    "read a mask": "SELECT id FROM w.public.people",
    "make in the place of another": f"CREATE TABLE w.public.made (id bigint) USING iceberg LOCATION '{sys.argv[1]}'",
    "rename what it writes": f"ALTER TABLE {visits} RENAME TO w.public.made",
}.items():
    attempt(action, statement)
print(json.dumps(found))
