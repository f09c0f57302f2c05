import java.io.StringReader;
import java.sql.*;
import org.postgresql.PGConnection;

/** pgjdbc writes to a PostgreSQL port: Writes HOST PORT. Ends with status 0 when every answer is right. */
public class Writes {
  public static void main(String[] args) throws Exception {
    String url = "jdbc:postgresql://" + args[0] + ":" + args[1] + "/weir?user=weir";
    try (Connection connection = DriverManager.getConnection(url); Statement statement = connection.createStatement()) {
      statement.executeUpdate("create table java (id bigint, item text, n int)");
      try (PreparedStatement insert = connection.prepareStatement("insert into java values (?, ?, ?)")) {
        for (int i = 0; i < 30; i++) {
          insert.setLong(1, i);
          insert.setString(2, "i" + i);
          insert.setInt(3, i * 2);
          insert.addBatch();
        }
        for (int count : insert.executeBatch()) check(count == 1, "a row of a batch");
        // After five executions values go in binary.
        for (int i = 100; i < 108; i++) {
          insert.setLong(1, i);
          insert.setNull(2, Types.VARCHAR);
          insert.setInt(3, i);
          check(insert.executeUpdate() == 1, "a row");
        }
      }
      connection.setAutoCommit(false);
      check(statement.executeUpdate("update java set n = n + 1 where id < 10") == 10, "updated");
      Savepoint savepoint = connection.setSavepoint("here");
      check(statement.executeUpdate("delete from java") == 38, "deleted");
      connection.rollback(savepoint);
      try (PreparedStatement returning = connection.prepareStatement("insert into java (id) values (?) returning id")) {
        returning.setLong(1, 500);
        ResultSet rows = returning.executeQuery();
        check(rows.next() && rows.getLong(1) == 500, "returning");
      }
      connection.commit();
      connection.setAutoCommit(true);
      long copied = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy java from stdin csv", new StringReader("600,\"a,b\",1\n601,,2\n"));
      check(copied == 2, "copied");
      try {
        statement.executeUpdate("insert into java (id) values ('x')");
        check(false, "a wrong value was taken");
      } catch (SQLException error) {
        check("22P02".equals(error.getSQLState()), error.getSQLState());
      }
      ResultSet counts = statement.executeQuery("select count(*), sum(n) from java");
      check(counts.next() && counts.getLong(1) == 41, "count");
    }
    System.out.println("pgjdbc is content");
  }

  private static void check(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }
}
