"""Of the rows of each table those at the deleted places of its files, and no others, must be gone.

Usage: iceberg-deletes.py CATALOG ROWS PLACES. Ends with status 0 when they are.
"""
import json
import sys

import pyarrow.parquet as parquet
from pyiceberg.catalog import load_catalog

address, count, places = sys.argv[1:]
gone = set(json.loads(places))
catalog = load_catalog("weir", type="rest", uri=address)
failed = False
for name, version in (("public.position_deletes", 2), ("public.vectors", 3)):
    table = catalog.load_table(name)
    assert table.format_version == version, table.format_version
    left = set()
    written = 0
    for task in table.scan().plan_files():
        assert len(task.delete_files) == 1, (task.file.file_path, task.delete_files)
        ids = parquet.read_table(task.file.file_path.removeprefix("file://"), columns=["id"])["id"].to_pylist()
        written += len(ids)
        left.update(value for place, value in enumerate(ids) if place not in gone)
    assert written == int(count), written
    read = table.scan().to_arrow()["id"].to_pylist()
    equal = len(read) == len(left) and set(read) == left
    print(f"{name}: {len(read)} of {written} rows are left, {'as' if equal else 'not as'} they should be")
    failed = failed or not equal
sys.exit(1 if failed else 0)
