"""A table must have just the rows with these ids.

Usage: iceberg-ids.py CATALOG NAMESPACE.TABLE IDS. Ends with status 0 when it has.
"""
import json
import sys

from pyiceberg.catalog import load_catalog

address, name, expected = sys.argv[1:]
table = load_catalog("weir", type="rest", uri=address).load_table(name)
read = sorted(table.scan().to_arrow()["id"].to_pylist())
equal = read == sorted(json.loads(expected))
print(f"PyIceberg reads {len(read)} rows of {name}, {'as' if equal else 'not as'} they should be")
sys.exit(0 if equal else 1)
