import java.math.BigDecimal;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/** pgjdbc against a PostgreSQL port that serves the orders of test/support/sql-engine.ts. Usage: Clients HOST PORT. */
public class Clients {
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
      same(column(catalog.getTables(null, "public", "%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME"), "[orders, cheap]");
      same(column(catalog.getColumns(null, "public", "orders", "%"), "TYPE_NAME"), "[int8, text, numeric, timestamptz, _text]");
      same(column(catalog.getColumns(null, null, "cheap", "%"), "COLUMN_NAME"), "[id, item]");
      same(column(catalog.getSchemas(), "TABLE_SCHEM").contains("public"), true);
      same(column(catalog.getPrimaryKeys(null, "public", "orders"), "COLUMN_NAME"), "[]");
      same(column(catalog.getIndexInfo(null, "public", "orders", false, false), "INDEX_NAME"), "[]");
      same(column(catalog.getImportedKeys(null, "public", "orders"), "FKCOLUMN_NAME"), "[]");
      // From the sixth execution on the driver sends and reads binary.
      var query = connection.prepareStatement("select id, price from orders where id >= ? and price < ? order by id");
      for (int run = 0; run < 8; run++) {
        query.setLong(1, 3);
        query.setBigDecimal(2, new BigDecimal("11.5"));
        same(column(query.executeQuery(), "price"), "[7.50, 10.00]");
      }
      connection.setAutoCommit(false);
      var large = connection.createStatement();
      large.setFetchSize(1000);
      long sum = 0;
      for (var rows = large.executeQuery("select range as i from range(100000)"); rows.next(); ) sum += rows.getLong(1);
      same(sum, 4999950000L);
      connection.commit();
      connection.setAutoCommit(true);
      var endless = connection.createStatement();
      endless.setQueryTimeout(1);
      try {
        endless.executeQuery("select count(*) from range(1000000000) a, range(1000000) b");
        throw new AssertionError("a query outlived its timeout");
      } catch (java.sql.SQLException error) {
        same(error.getSQLState(), "57014");
      }
      same(column(connection.createStatement().executeQuery("select 1 as one"), "one"), "[1]");
    }
    System.out.println("pgjdbc is content");
  }
}
