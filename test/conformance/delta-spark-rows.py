# Delta tables by Spark: JARS STEP PATH... with STEP read, change or race. Changes the tables, then prints the rows that it reads of each, as JSON.
import json
import sys
import tempfile

from delta_spark import printed, session

step, paths = sys.argv[2], sys.argv[3:]
conditions = ["true", "day = DATE '2024-01-02'", "id > 40", "at > TIMESTAMP '2024-01-03 00:00:00'", "name = 'c d'", "price < 3.5"]
scratch = tempfile.TemporaryDirectory()
spark = session(sys.argv[1], scratch.name)

rows_of = """SELECT id, CASE WHEN id % 7 > 0 THEN CAST(id % 100 AS INT) END AS small, CAST(id / 4 AS DECIMAL(12, 2)) AS price, id / 8 AS ratio,
  element_at(array('a/b', 'c d', 'ä=', NULL), CAST(id % 4 AS INT) + 1) AS name,
  TIMESTAMP '2024-01-01 12:00:00.123456' + make_interval(0, 0, 0, 0, CAST(id AS INT)) AS at,
  TIMESTAMP_NTZ '2024-01-01 12:00:00.5' AS local, CASE WHEN id % 5 > 0 THEN DATE '2024-01-01' + CAST(id % 3 AS INT) END AS day,
  id % 2 = 0 AS flag, array('a', CAST(id AS STRING)) AS tags, struct(CAST(id AS INT) AS x, 'z' AS y) AS place, map('k', CAST(id AS INT)) AS scores
  FROM range(200, 240)"""
changes = {
    "evolved": [
        "ALTER TABLE {t} ADD COLUMN extra STRING",
        "INSERT INTO {t} (id, name, extra) VALUES (7, 'y', 'new'), (8, NULL, NULL)",
        "OPTIMIZE {t}",
    ],
    "plain": ["INSERT INTO {t} " + rows_of, "DELETE FROM {t} WHERE id < 5", "UPDATE {t} SET name = 'changed' WHERE id = 205"],
    # The number of rows is in the statistics, so a checkpoint of Spark's behind Weir's commits is read as well.
    "partitioned": ["INSERT INTO {t} " + rows_of, "DELETE FROM {t} WHERE id < 5", "ALTER TABLE {t} SET TBLPROPERTIES ('delta.checkpointInterval' = '2')"],
}


def race(path):
    """Adds row after row, each as a version, until there are a hundred versions of the other writer's, which came between its own ten times."""
    versions = lambda: spark.sql(f"DESCRIBE HISTORY delta.`{path}` LIMIT 1").first()["version"]
    # The other writer begins behind this look, which is the first of this session and takes seconds.
    added, turns, others = 0, 0, versions()
    print(json.dumps({"ready": path}), flush=True)
    while others < 100 or turns < 10:
        spark.sql(f"INSERT INTO delta.`{path}` VALUES ({added}, 'other')")
        added += 1
        before, others = others, versions() - added
        turns += others > before
    print(json.dumps({"added": added}), flush=True)


for path in paths:
    name = path.split("/")[-2]
    if step == "change":
        for statement in changes[name]:
            spark.sql(statement.format(t=f"delta.`{path}`"))
    if step == "race":
        race(path)
    for condition in conditions if name not in ("evolved", "raced") else conditions[:1]:
        rows = printed(spark.sql(f"SELECT * FROM delta.`{path}` WHERE {condition}"))
        print(json.dumps({"path": path, "condition": condition, "rows": rows}), flush=True)
