"""The partition of each file must be what PyIceberg's transform makes of every value in it.

Usage: iceberg-partitions.py CATALOG NAMESPACE.PREFIX TABLES. Each table has one column. Ends with status 0 when all are.
"""
import sys

from pyiceberg.catalog import load_catalog
from pyiceberg.expressions import EqualTo, IsNull
from pyiceberg.expressions.literals import literal
from pyiceberg.io.pyarrow import ArrowScan

address, prefix, count = sys.argv[1:]
catalog = load_catalog("weir", type="rest", uri=address)
failed = []
checked = 0


def plain(value):
    """UUIDs and bytes compare as bytes."""
    return value.bytes if hasattr(value, "bytes") else value


for at in range(int(count)):
    table = catalog.load_table(f"{prefix}{at}")
    (field,) = table.schema().fields
    (partition,) = table.spec().fields
    transform = partition.transform.transform(field.field_type)
    what = f"{field.field_type} by {partition.transform}"
    for task in table.scan().plan_files():
        scan = table.scan()
        reader = ArrowScan(table.metadata, table.io, scan.projection(), scan.row_filter)
        for value in reader.to_table([task])[field.name].to_pylist():
            checked += 1
            expected = None if value is None else transform(literal(value).to(field.field_type).value)
            found = task.file.partition[0]
            if plain(found) != plain(expected):
                failed.append(f"{what}: {value!r} lies in {found!r}, not {expected!r}")
            if hasattr(value, "bytes"):
                continue  # PyIceberg 0.12 compares the bytes of the literal with the UUID of the partition
            condition = IsNull(field.name) if value is None else EqualTo(field.name, value)
            if len(table.scan(row_filter=condition).to_arrow()) == 0:
                failed.append(f"{what}: {value!r} is not found")
for failure in failed:
    print(failure, file=sys.stderr)
assert checked > 150, checked
print(f"{checked} values in {count} partitioned tables, {len(failed)} failures")
sys.exit(1 if failed else 0)
