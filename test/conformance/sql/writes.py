"""psycopg 3 writes to a PostgreSQL port. Usage: writes.py HOST PORT. Ends with status 0 when every answer is right."""
import datetime
import decimal
import sys

import psycopg

host, port = sys.argv[1:]
at = datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)

with psycopg.connect(host=host, port=port, user="weir", dbname="weir") as connection:
    connection.autocommit = True
    connection.execute("create table python (id bigint not null, item text, price numeric(8, 2), at timestamptz, tags text[])")
    connection.autocommit = False
    with connection.cursor() as cursor:
        cursor.executemany("insert into python values (%s, %s, %s, %s, %s)", [(i, f"i{i}", decimal.Decimal("1.25"), at, ["a", None]) for i in range(50)])
        assert cursor.rowcount == 50, cursor.rowcount
        cursor.execute("update python set item = %s, price = price + %s where id < %s returning id", ("x", decimal.Decimal("0.25"), 2))
        assert sorted(cursor.fetchall()) == [(0,), (1,)]
        with cursor.copy("copy python (id, item, tags) from stdin") as copy:
            for row in [(100, "tab\tand\nline", ["q"]), (101, None, None)]:
                copy.write_row(row)
        assert cursor.rowcount == 2, cursor.rowcount
    with psycopg.connect(host=host, port=port, user="weir", dbname="weir") as other:
        assert other.execute("select count(*) from python").fetchone() == (0,)
    connection.commit()
    first = (0, "x", decimal.Decimal("1.50"), at, ["a", None])
    assert connection.execute("select * from python where id = 0").fetchone() == first
    assert connection.execute("select item, tags from python where id = 100").fetchone() == ("tab\tand\nline", ["q"])
    try:
        with connection.transaction():
            connection.execute("delete from python")
            connection.execute("insert into python (id) values (null)")
    except psycopg.errors.NotNullViolation:
        pass
    assert connection.execute("select count(*) from python").fetchone() == (52,)
    with connection.pipeline():
        for i in range(20):
            connection.execute("delete from python where id = %s", (i,))
    connection.commit()
    assert connection.execute("select count(*) from python").fetchone() == (32,)
print("psycopg", psycopg.__version__, "is content")
