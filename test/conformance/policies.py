"""What a user of the project may do, as PyIceberg sees it: one JSON object, an action to `allowed` or to the error."""
import json
import sys

import pyarrow as pa
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.exceptions import ForbiddenError

uri, credential = sys.argv[1:]
catalog = RestCatalog("weir", uri=uri, credential=credential)
found = {"list": sorted(".".join(name) for name in catalog.list_tables("public"))}


def attempt(action, work):
    try:
        result = work()
        found[action] = "allowed" if result is None else result
    except ForbiddenError as error:
        found[action] = f"ForbiddenError: {error}"


def append():
    # What may be written may not be readable: then there is no table to append to.
    table = catalog.load_table("public.orders")
    table.append(pa.table({"id": pa.array([7], pa.int64())}))


def create():
    schema = pa.schema([("id", pa.int64())])
    catalog.create_table("public.made", schema)
    catalog.drop_table("public.made")


def transaction():
    schema = pa.schema([("id", pa.int64())])
    with catalog.create_table_transaction("public.made2", schema) as transaction:
        transaction.append(pa.table({"id": pa.array([1], pa.int64())}))
    rows = catalog.load_table("public.made2").scan().to_arrow().num_rows
    catalog.purge_table("public.made2")
    return rows


attempt("table:read", lambda: catalog.load_table("public.orders").scan().to_arrow().num_rows)
attempt("table:write", append)
attempt("table:drop", lambda: catalog.drop_table("public.orders"))
attempt("rename", lambda: catalog.rename_table("public.orders", "public.others"))
attempt("table:create", create)
attempt("create in one transaction", transaction)
attempt("masked", lambda: catalog.load_table("public.people").scan().to_arrow().num_rows)
print(json.dumps(found))
