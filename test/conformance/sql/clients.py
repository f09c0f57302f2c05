"""psycopg 3 and SQLAlchemy against a PostgreSQL port that serves the orders of test/support/sql-engine.ts.

Usage: clients.py HOST PORT. Ends with status 0 when every answer is right.
"""
import datetime
import decimal
import sys

import psycopg
import sqlalchemy

host, port = sys.argv[1:]
utc = datetime.timezone.utc

with psycopg.connect(host=host, port=port, user="weir", dbname="weir") as connection:
    first = (1, "item 1", decimal.Decimal("2.50"), datetime.datetime(2024, 1, 1, 1, tzinfo=utc), ["a", "b1"])
    for binary in (False, True):
        with connection.cursor(binary=binary) as cursor:
            assert cursor.execute("select * from orders order by id limit 1").fetchall() == [first]
            cursor.execute("select id from orders where price > %s and placed > %s order by 1", (decimal.Decimal("5.0"), first[3]))
            assert cursor.fetchall() == [(3,), (4,), (5,)]
    row = connection.execute("select %s::int, %s, %s::date, %s::numeric, %s, %s::text[]", (5, "x", datetime.date(2024, 1, 2), decimal.Decimal("1.50"), True, ["a", "b"])).fetchone()
    assert row == (5, "x", datetime.date(2024, 1, 2), decimal.Decimal("1.50"), True, ["a", "b"]), row
    with connection.cursor(name="server_side") as cursor:
        cursor.itersize = 2
        cursor.execute("select id from orders order by id")
        assert [id for (id,) in cursor] == [1, 2, 3, 4, 5]
    with connection.cursor() as cursor, cursor.copy("copy (select id, item from orders order by 1 limit 2) to stdout") as copy:
        assert b"".join(copy) == b"1\titem 1\n2\titem 2\n"
    try:
        connection.execute("select nope from orders")
        raise AssertionError("an unknown column was accepted")
    except psycopg.errors.UndefinedColumn:
        connection.rollback()

engine = sqlalchemy.create_engine(f"postgresql+psycopg://weir@{host}:{port}/weir")
inspector = sqlalchemy.inspect(engine)
assert inspector.get_table_names() == ["orders"] and inspector.get_view_names() == ["cheap"]
columns = {column["name"]: str(column["type"]) for column in inspector.get_columns("orders")}
assert columns == {"id": "BIGINT", "item": "TEXT", "price": "NUMERIC(12, 2)", "placed": "TIMESTAMP", "tags": "ARRAY"}, columns
assert inspector.get_table_comment("orders") == {"text": "What people bought"}
assert inspector.get_indexes("orders") == [] and inspector.get_foreign_keys("orders") == []
metadata = sqlalchemy.MetaData()
metadata.reflect(engine, views=True)
orders = metadata.tables["orders"]
with engine.connect() as connection:
    query = sqlalchemy.select(orders.c.id, orders.c.price).where(orders.c.item == "item 3")
    assert connection.execute(query).fetchall() == [(3, decimal.Decimal("7.50"))]
print("psycopg", psycopg.__version__, "and SQLAlchemy", sqlalchemy.__version__, "are content")
