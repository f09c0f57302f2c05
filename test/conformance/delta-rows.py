# Delta tables by delta-rs: STEP PATH... with STEP read, change or race. Changes the tables, then prints the rows that it reads of each, as JSON.
import datetime
import decimal
import json
import os
import sys

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder, write_deltalake

step, paths = sys.argv[1], sys.argv[2:]
conditions = ["true", "day = DATE '2024-01-02'", "id > 40", "at > TIMESTAMP '2024-01-03 00:00:00'", "name = 'c d'", "price < 3.5"]


def batch(ids):
    at = datetime.datetime(2024, 1, 1, 12, 0, 0, 123456)
    return pa.table(
        {
            "id": pa.array(ids, pa.int64()),
            "small": pa.array([i % 100 if i % 7 else None for i in ids], pa.int32()),
            "price": pa.array([decimal.Decimal(i) / 4 for i in ids], pa.decimal128(12, 2)),
            "ratio": pa.array([i / 8 for i in ids], pa.float64()),
            "name": pa.array([["a/b", "c d", "ä=", None][i % 4] for i in ids]),
            "at": pa.array([at + datetime.timedelta(hours=i) for i in ids], pa.timestamp("us", "UTC")),
            "local": pa.array([at + datetime.timedelta(minutes=i) for i in ids], pa.timestamp("us")),
            "day": pa.array([datetime.date(2024, 1, 1 + i % 3) if i % 5 else None for i in ids], pa.date32()),
            "flag": pa.array([i % 2 == 0 for i in ids]),
            "tags": pa.array([["a", str(i)] for i in ids], pa.list_(pa.string())),
            "place": pa.array([{"x": i, "y": "z"} for i in ids], pa.struct([("x", pa.int32()), ("y", pa.string())])),
            "scores": pa.array([[("k", i)] for i in ids], pa.map_(pa.string(), pa.int32())),
        }
    )


def change(path):
    name = path.split("/")[-2]
    if name == "evolved":
        more = pa.table({"id": pa.array([7, 8], pa.int64()), "name": ["y", None], "extra": ["new", None]})
        write_deltalake(path, more, mode="append", schema_mode="merge")
        DeltaTable(path).optimize.compact()
        return
    partition_by = ["day", "name"] if name == "partitioned" else None
    write_deltalake(path, batch(range(200, 240)), mode="append", partition_by=partition_by)
    DeltaTable(path).delete("id < 5")
    DeltaTable(path).delete("id = 205")


def race(path):
    """Adds row after row, each as a version, until there are a hundred versions of the other writer's, which came between its own ten times."""
    versions = lambda: DeltaTable(path).version()
    added, turns, others = 0, 0, versions()
    print(json.dumps({"ready": path}), flush=True)
    while others < 100 or turns < 10:
        write_deltalake(path, pa.table({"id": pa.array([added], pa.int64()), "writer": ["other"]}), mode="append")
        added += 1
        before, others = others, versions() - added
        turns += others > before
    print(json.dumps({"added": added}), flush=True)


def text(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f") + ("+00" if value.tzinfo else "")
    return str(value)


def plain(row):
    if isinstance(row.get("scores"), list):
        row["scores"] = dict(row["scores"])
    return json.dumps(row, default=text)


for path in paths:
    if step == "change":
        change(path)
    if step == "race":
        race(path)
    table = DeltaTable(path)
    # Rust's query engine leaves files out by statistics.
    for condition in conditions if not path.endswith(("/evolved/data", "/raced/data")) else conditions[:1]:
        found = QueryBuilder().register("t", table).execute(f"SELECT * FROM t WHERE {condition}")
        rows = pa.table(found.read_all()).to_pylist()
        print(json.dumps({"path": path, "condition": condition, "rows": [plain(row) for row in rows]}))

# Threads of delta-rs may still run, and abort an interpreter that ends beside them.
sys.stdout.flush()
os._exit(0)
