"""Every value of every column must be found by a scan that asks for it, and lie within the bounds of its file.

Usage: iceberg-bounds.py CATALOG NAMESPACE.TABLE COLUMNS. Ends with status 0 when none is missing.
"""
import math
import sys

from pyiceberg.catalog import load_catalog
from pyiceberg.conversions import from_bytes
from pyiceberg.expressions import EqualTo, GreaterThanOrEqual, IsNaN, LessThanOrEqual
from pyiceberg.expressions.literals import literal

address, name, count = sys.argv[1:]
table = load_catalog("weir", type="rest", uri=address).load_table(name)
fields = table.schema().fields
assert len(fields) == int(count), len(fields)
rows = table.scan().to_arrow()
(task,) = table.scan().plan_files()
failed = []
checked = 0


def matches(condition) -> int:
    return len(table.scan(row_filter=condition).to_arrow())


for field in fields:
    values = [value for value in rows[field.name].to_pylist() if value is not None]
    lower = task.file.lower_bounds.get(field.field_id)
    upper = task.file.upper_bounds.get(field.field_id)
    for value in values:
        checked += 1
        if isinstance(value, float) and math.isnan(value):
            found = matches(IsNaN(field.name))
        else:
            conditions = (EqualTo, LessThanOrEqual, GreaterThanOrEqual)
            found = min(matches(condition(field.name, value)) for condition in conditions)
            plain = literal(value).to(field.field_type).value
            within = (lower is None or from_bytes(field.field_type, lower) <= plain) and (
                upper is None or from_bytes(field.field_type, upper) >= plain
            )
            if not within:
                failed.append(f"{field.name} {field.field_type}: {value!r} lies outside its bounds")
        if found == 0:
            failed.append(f"{field.name} {field.field_type}: {value!r} is not found")
for failure in failed:
    print(failure, file=sys.stderr)
assert checked > 50, checked
print(f"{checked} values in {len(fields)} columns, {len(failed)} failures")
sys.exit(1 if failed else 0)
