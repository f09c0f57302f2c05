"""A table must have just these rows, in the order of their ids.

Usage: iceberg-defaults.py CATALOG NAMESPACE.TABLE ROWS, a JSON list of objects whose values are texts. Ends with status 0 when it has.
"""
import json
import sys

from pyiceberg.catalog import load_catalog

address, name, expected = sys.argv[1:]
table = load_catalog("weir", type="rest", uri=address).load_table(name)
rows = sorted(table.scan().to_arrow().to_pylist(), key=lambda row: row["id"])


def text(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


read = [{key: text(value) for key, value in row.items()} for row in rows]
equal = read == json.loads(expected)
print(f"PyIceberg reads {len(read)} rows of {name}, {'as' if equal else 'not as'} they should be")
if not equal:
    print(json.dumps(read, indent=1))
sys.exit(0 if equal else 1)
