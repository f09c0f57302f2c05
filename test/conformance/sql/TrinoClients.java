import java.math.BigDecimal;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/** pgjdbc against a PostgreSQL port whose queries a Trino answers, over the tables of trino-port.ts. Usage: TrinoClients HOST PORT. */
public class TrinoClients {
  static List<String> column(ResultSet rows, String name) throws Exception {
    var values = new ArrayList<String>();
    while (rows.next()) values.add(rows.getString(name));
    return values;
  }

  static void same(Object found, Object expected) {
    if (!found.toString().equals(expected.toString())) throw new AssertionError(found + " is not " + expected);
  }

  public static void main(String[] arguments) throws Exception {
    var url = "jdbc:postgresql://" + arguments[0] + ":" + arguments[1] + "/weir?user=weir";
    try (var connection = DriverManager.getConnection(url)) {
      var catalog = connection.getMetaData();
      same(column(catalog.getTables(null, "public", "%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME"), "[orders, typed, few]");
      same(column(catalog.getColumns(null, "public", "typed", "p%"), "TYPE_NAME"), "[numeric, json]");
      // From the sixth execution on the driver sends and reads binary.
      var query = connection.prepareStatement("select id, price, moment, key, tags from typed where id >= ? and price > ? order by id");
      for (int run = 0; run < 8; run++) {
        query.setLong(1, 1);
        query.setBigDecimal(2, new BigDecimal("0.5"));
        var rows = query.executeQuery();
        rows.next();
        same(rows.getLong("id"), 1);
        same(rows.getBigDecimal("price"), "1234567.89");
        same(rows.getObject("moment", java.time.OffsetDateTime.class).toInstant(), "2024-02-29T04:05:06.789012Z");
        same(rows.getObject("key"), "12151fd2-7586-11e9-8f9e-2a86e4085a59");
        same(((Object[]) rows.getArray("tags").getArray())[2], "b \"c\"");
      }
      connection.setAutoCommit(false);
      var large = connection.createStatement();
      large.setFetchSize(1000);
      long sum = 0;
      for (var rows = large.executeQuery("select sequential_number from table(sequence(0, 99999))"); rows.next(); ) sum += rows.getLong(1);
      same(sum, 4999950000L);
      connection.commit();
      connection.setAutoCommit(true);
      var endless = connection.createStatement();
      endless.setQueryTimeout(1);
      try {
        endless.executeQuery("select count(*) from table(sequence(1, 1000000)) a, table(sequence(1, 1000000)) b where a.sequential_number * b.sequential_number % 7 = 3");
        throw new AssertionError("a query outlived its timeout");
      } catch (java.sql.SQLException error) {
        same(error.getSQLState(), "57014");
      }
    }
    System.out.println("pgjdbc is content");
  }
}
