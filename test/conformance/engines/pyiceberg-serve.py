"""Works on tables of a catalog by PyIceberg: each line that comes in is a request, each that goes out {"rows": […]} or {"error": …}.

Usage: pyiceberg-serve.py CATALOG. Rows have the form of digest.py, in both directions.
"""
import datetime as dt
import decimal
import json
import sys

import pyarrow as pa
from digest import plain
from pyiceberg.catalog import load_catalog
from pyiceberg.expressions import In
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, DayTransform, HourTransform, TruncateTransform
from pyiceberg.types import (
    BinaryType, BooleanType, DateType, DecimalType, DoubleType, FloatType, IntegerType, ListType, LongType, MapType, NestedField,
    StringType, StructType, TimestampType, TimestamptzType,
)

catalog = load_catalog("weir", type="rest", uri=sys.argv[1])
primitives = {
    "boolean": BooleanType, "int": IntegerType, "long": LongType, "float": FloatType, "double": DoubleType, "string": StringType,
    "date": DateType, "timestamp": TimestampType, "timestamptz": TimestamptzType, "binary": BinaryType,
}
next_id = 0


def fresh():
    global next_id
    next_id += 1
    return next_id


def type_of(text):
    """An Iceberg type as the suite writes it: nested ones hold plain types only."""
    if text.startswith("decimal"):
        precision, scale = text[8:-1].split(",")
        return DecimalType(int(precision), int(scale))
    if text.startswith("list"):
        return ListType(fresh(), type_of(text[5:-1]), False)
    if text.startswith("map"):
        key, value = text[4:-1].split(", ")
        return MapType(fresh(), type_of(key), fresh(), type_of(value), False)
    if text.startswith("struct"):
        return StructType(*(field_of(*part.split(": ")) for part in text[7:-1].split(", ")))
    return primitives[text]()


def field_of(name, kind):
    return NestedField(fresh(), name, type_of(kind), required=False)


def add_partition(update, field):
    transform = {
        "day": lambda: DayTransform(), "hour": lambda: HourTransform(),
        "bucket": lambda: BucketTransform(field["width"]), "truncate": lambda: TruncateTransform(field["width"]),
    }[field["transform"]]()
    update.add_field(field["column"], transform, f"{field['column']}_{field['transform']}")


def from_json(value, kind):
    if value is None:
        return None
    if pa.types.is_struct(kind):
        return {field.name: from_json(value.get(field.name), field.type) for field in kind}
    if pa.types.is_map(kind):
        return [(k, v) for k, v in zip(value["keys"], value["values"])]
    if pa.types.is_decimal(kind):
        return decimal.Decimal(value)
    if pa.types.is_date(kind):
        return dt.date.fromisoformat(value)
    if pa.types.is_timestamp(kind):
        return dt.datetime.fromisoformat(value)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return bytes.fromhex(value)
    return value


def to_json(value, kind):
    if value is None:
        return None
    if pa.types.is_struct(kind):
        return {field.name: to_json(value[field.name], field.type) for field in kind}
    if pa.types.is_map(kind):
        return {"keys": [k for k, _ in value], "values": [v for _, v in value]}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [to_json(item, kind.value_type) for item in value]
    return plain(value)


def create(request):
    schema = Schema(*(field_of(column["name"], column["type"]) for column in request["columns"]))
    version = str(request["formatVersion"])
    table = catalog.create_table(request["table"], schema, properties={"format-version": version})
    with table.update_spec() as update:
        for field in request["partitions"]:
            add_partition(update, field)


def append(request):
    table = catalog.load_table(request["table"])
    schema = schema_to_pyarrow(table.schema(), include_field_ids=False)
    columns = [pa.array([from_json(row[field.name], field.type) for row in request["rows"]], field.type) for field in schema]
    table.append(pa.Table.from_arrays(columns, schema=schema))


def evolve(request):
    change = request["change"]
    with catalog.load_table(request["table"]).update_schema() as update:
        if change["change"] == "add":
            update.add_column(change["column"]["name"], type_of(change["column"]["type"]))
        elif change["change"] == "add inside":
            update.add_column((change["parent"], change["column"]["name"]), type_of(change["column"]["type"]))
        elif change["change"] == "rename":
            update.rename_column(change["from"], change["to"])
        elif change["change"] == "drop":
            update.delete_column(change["name"])
        else:
            update.update_column(change["column"]["name"], type_of(change["column"]["type"]))


def partition(request):
    with catalog.load_table(request["table"]).update_spec() as update:
        add_partition(update, request["added"])


def remove(request):
    catalog.load_table(request["table"]).delete(In("id", request["ids"]))


def relabel(request):
    table = catalog.load_table(request["table"])
    rows = table.scan(row_filter=In("id", request["ids"])).to_arrow()
    place = rows.schema.get_field_index("label")
    labels = pa.array([request["label"]] * len(rows), rows.schema.field(place).type)
    table.overwrite(rows.set_column(place, rows.schema.field(place), labels), In("id", request["ids"]))


def read(request):
    batches = catalog.load_table(request["table"]).scan().to_arrow_batch_reader()
    return [{f.name: to_json(row[f.name], f.type) for f in batch.schema} for batch in batches for row in batch.to_pylist()]


operations = {
    "create": create, "append": append, "evolve": evolve, "partition": partition, "remove": remove, "relabel": relabel, "read": read,
}
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"rows": operations[request["operation"]](request) or []}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:2000]}
    print(json.dumps(answer, ensure_ascii=False), flush=True)
