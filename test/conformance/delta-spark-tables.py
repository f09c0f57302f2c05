# Delta tables as Spark writes them: JARS FOLDER. Prints, for each, the rows that Spark reads of it, as JSON.
import json
import sys

from delta_spark import printed, session

folder = sys.argv[2]
spark = session(sys.argv[1], folder)

rows_of = """SELECT CAST(id AS BIGINT) AS id, CAST(id % 100 AS SMALLINT) AS small, CAST(id AS DECIMAL(12, 2)) AS price,
  concat('n', id) AS name, TIMESTAMP '2024-01-01 12:00:00.123456' + make_interval(0, 0, 0, 0, CAST(id AS INT)) AS at,
  CAST('2024-01-01 12:00:00.123456' AS TIMESTAMP_NTZ) AS local, array('a', CAST(id AS STRING)) AS tags,
  DATE '2024-01-01' + CAST(id % 3 AS INT) AS day, CASE WHEN id % 4 = 0 THEN NULL ELSE concat('k /', id % 2) END AS kind
  FROM range({first}, {last})"""
steps = {
    "plain": ["CREATE TABLE {t} USING delta AS " + rows_of.format(first=0, last=50)],
    # Deleted rows are named by vectors, in files; then more of them, and changed rows.
    "vectors": [
        "CREATE TABLE {t} USING delta PARTITIONED BY (day, kind) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true') AS "
        + rows_of.format(first=0, last=1000),
        "DELETE FROM {t} WHERE id % 7 = 0",
        "UPDATE {t} SET name = 'changed' WHERE id % 11 = 0",
        "DELETE FROM {t} WHERE id > 900",
    ],
    # Columns are renamed and dropped without their files being written again.
    "mapped": [
        "CREATE TABLE {t} USING delta PARTITIONED BY (day) TBLPROPERTIES ('delta.columnMapping.mode' = 'name') AS "
        + rows_of.format(first=0, last=50),
        "ALTER TABLE {t} RENAME COLUMN name TO title",
        "ALTER TABLE {t} DROP COLUMN small",
        "ALTER TABLE {t} ADD COLUMN small STRING",
        "INSERT INTO {t} (id, title, day, small) VALUES (100, 'x', DATE '2025-01-01', 'new')",
    ],
    # Checkpoints of version 2, with sidecars.
    "checkpoints": [
        "CREATE TABLE {t} USING delta TBLPROPERTIES ('delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '2') AS "
        + rows_of.format(first=0, last=10),
        *["INSERT INTO {t} " + rows_of.format(first=i * 10, last=i * 10 + 10) for i in range(1, 6)],
    ],
    "widened": [
        "CREATE TABLE {t} (id INT, x FLOAT) USING delta TBLPROPERTIES ('delta.enableTypeWidening' = 'true')",
        "INSERT INTO {t} VALUES (1, 0.5)",
        "ALTER TABLE {t} ALTER COLUMN id TYPE BIGINT",
        "ALTER TABLE {t} ALTER COLUMN x TYPE DOUBLE",
        "INSERT INTO {t} VALUES (9007199254740993, 0.1)",
    ],
    # Moments as folders.
    "moments": [
        "CREATE TABLE {t} (id BIGINT, at TIMESTAMP) USING delta PARTITIONED BY (at)",
        "INSERT INTO {t} VALUES (1, TIMESTAMP '2024-01-01 12:00:00'), (2, TIMESTAMP '2024-06-01 00:00:00.5'), (3, NULL)",
    ],
}
for name, statements in steps.items():
    for statement in statements:
        spark.sql(statement.format(t=f"delta.`{folder}/{name}`"))
    rows = printed(spark.sql(f"SELECT * FROM delta.`{folder}/{name}`"))
    print(json.dumps({"name": name, "rows": rows}), flush=True)
