"""psycopg 3 and SQLAlchemy against a PostgreSQL port whose queries a Trino answers, over the tables of trino-port.ts.

Usage: trino_clients.py HOST PORT. Ends with status 0 when every answer is right.
"""
import datetime
import decimal
import sys
import uuid

import psycopg
import sqlalchemy

host, port = sys.argv[1:]
utc = datetime.timezone.utc

with psycopg.connect(host=host, port=port, user="weir", dbname="weir") as connection:
    moment = datetime.datetime(2024, 2, 29, 4, 5, 6, 789012, tzinfo=utc)
    first = (1, decimal.Decimal("1234567.89"), uuid.UUID("12151fd2-7586-11e9-8f9e-2a86e4085a59"), datetime.date(2024, 2, 29), moment)
    for binary in (False, True):
        with connection.cursor(binary=binary) as cursor:
            cursor.execute('select id, price, key, day, moment from typed where id = %s and price > %s and moment >= %s', (1, decimal.Decimal("1.5"), moment))
            assert cursor.fetchall() == [first]
    row = connection.execute("select %s + 1, %s || 'y', %s, %s, %s", (5, "x", True, datetime.date(2024, 1, 2), 0.5)).fetchone()
    assert row == (6, "xy", True, datetime.date(2024, 1, 2), 0.5), row
    with connection.cursor(name="server_side") as cursor:
        cursor.itersize = 2
        cursor.execute("select id from orders order by id")
        assert [id for (id,) in cursor] == [1, 2]
    with connection.cursor() as cursor, cursor.copy("copy (select id, item from orders order by 1) to stdout") as copy:
        assert b"".join(copy) == b"1\ta\n2\tb\n"
    try:
        connection.execute("select nope from orders")
        raise AssertionError("an unknown column was accepted")
    except psycopg.errors.UndefinedColumn:
        connection.rollback()
    try:
        connection.execute("insert into orders (id) values (1)")
        raise AssertionError("a write was accepted")
    except psycopg.errors.FeatureNotSupported:
        connection.rollback()

engine = sqlalchemy.create_engine(f"postgresql+psycopg://weir@{host}:{port}/weir")
inspector = sqlalchemy.inspect(engine)
assert {"orders", "typed"} <= set(inspector.get_table_names()) and inspector.get_view_names() == ["few"]
metadata = sqlalchemy.MetaData()
metadata.reflect(engine, only=["orders"])
orders = metadata.tables["orders"]
with engine.connect() as connection:
    assert connection.execute(sqlalchemy.select(orders.c.id).where(orders.c.item == "b")).fetchall() == [(2,)]
print("psycopg", psycopg.__version__, "and SQLAlchemy", sqlalchemy.__version__, "are content")
