# Delta tables as delta-rs writes them: FOLDER. Prints, for each, the rows that delta-rs reads of it, as JSON.
import datetime
import decimal
import json
import os
import sys

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

folder = sys.argv[1]


def batch(first, count):
    ids = list(range(first, first + count))
    at = datetime.datetime(2024, 1, 1, 12, 0, 0, 123456)
    return pa.table(
        {
            "id": pa.array(ids, pa.int64()),
            "small": pa.array([i % 100 if i % 7 else None for i in ids], pa.int16()),
            "price": pa.array([decimal.Decimal(i) / 4 for i in ids], pa.decimal128(12, 2)),
            "name": pa.array([f"n{i}" for i in ids]),
            "at": pa.array([at + datetime.timedelta(hours=i) for i in ids], pa.timestamp("us", "UTC")),
            "local": pa.array([at + datetime.timedelta(minutes=i) for i in ids], pa.timestamp("us")),
            "tags": pa.array([["a", str(i)] for i in ids], pa.list_(pa.string())),
            "place": pa.array([{"x": i, "y": "z"} for i in ids], pa.struct([("x", pa.int32()), ("y", pa.string())])),
            "day": pa.array([datetime.date(2024, 1, 1 + i % 3) if i % 5 else None for i in ids], pa.date32()),
            "kind": pa.array([["a/b", "c d", "ä="][i % 3] for i in ids]),
        }
    )


def plain(name):
    path = f"{folder}/{name}"
    write_deltalake(path, batch(0, 50))
    return path


def partitioned(name):
    path = f"{folder}/{name}"
    write_deltalake(path, batch(0, 40), partition_by=["day", "kind"])
    write_deltalake(path, batch(40, 10), mode="append", partition_by=["day", "kind"])
    table = DeltaTable(path)
    table.delete("id < 5")
    table.update(predicate="id = 7", updates={"name": "'changed'"})
    return path


def checkpointed(name):
    path = f"{folder}/{name}"
    for i in range(12):
        write_deltalake(path, batch(i * 5, 5), mode="append")
    table = DeltaTable(path)
    table.create_checkpoint()
    write_deltalake(path, batch(60, 5), mode="append")
    table = DeltaTable(path)
    table.optimize.compact()
    return path


def evolved(name):
    path = f"{folder}/{name}"
    write_deltalake(path, batch(0, 5).select(["id", "name"]))
    write_deltalake(path, batch(5, 5), mode="append", schema_mode="merge")
    return path


def rows(path):
    table = DeltaTable(path).to_pyarrow_table()
    return sorted(json.dumps(row, default=text, sort_keys=True) for row in table.to_pylist())


def text(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f") + ("+00" if value.tzinfo else "")
    return str(value)


for make in (plain, partitioned, checkpointed, evolved):
    path = make(make.__name__)
    print(json.dumps({"name": make.__name__, "rows": rows(path)}))

# Threads of delta-rs may still run, and abort an interpreter that ends beside them.
sys.stdout.flush()
os._exit(0)
