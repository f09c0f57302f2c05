import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsBulkOperations;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;

/**
 * What a user of the project may do with tables in S3 by Iceberg's library for Java, which Spark and others use, without any keys: a line for
 * each, `what TAB result`. Arguments: address of the catalog, credential, a file of another table.
 */
public class SignedFiles {
  public static void main(String[] args) throws Exception {
    Map<String, String> properties = new HashMap<>();
    properties.put("uri", args[0]);
    properties.put("credential", args[1]);
    properties.put("header.X-Iceberg-Access-Delegation", "remote-signing");
    RESTCatalog catalog = new RESTCatalog();
    catalog.initialize("weir", properties);
    TableIdentifier orders = TableIdentifier.of("public", "orders");
    attempt("masked", () -> catalog.loadTable(TableIdentifier.of("public", "people")).location());
    attempt("load", () -> catalog.loadTable(orders).io().properties().keySet().toString().contains("secret") ? "keys" : "no keys");
    Table table = attempt("table", () -> catalog.loadTable(orders));
    if (table == null) System.exit(0);
    String small = table.location() + "/data/day=1/" + UUID.randomUUID() + ".bin";
    String large = table.location() + "/data/" + UUID.randomUUID() + ".bin";
    attempt("read", () -> readAll(table));
    attempt("write", () -> write(table, small, 1));
    attempt("write in parts", () -> write(table, large, 40));
    attempt("read a piece", () -> piece(table, large));
    attempt("overwrite", () -> overwrite(table, small));
    attempt("list", () -> count(table, table.location() + "/data/"));
    attempt("list what is Weir's", () -> count(table, table.location() + "/weir/"));
    attempt("delete", () -> delete(table, small));
    attempt("delete many", () -> deleteAll(table, List.of(small, large)));
    attempt("still there", () -> table.io().newInputFile(small).getLength());
    attempt("read a file of another table", () -> table.io().newInputFile(args[2]).newStream().read());
    attempt("commit", () -> append(table, small));
    attempt("commit a file of another table", () -> append(table, args[2]));
    attempt("make", () -> make(catalog));
    System.exit(0);
  }

  private static <T> T attempt(String what, Callable<T> work) {
    try {
      T result = work.call();
      System.out.println(what + "\tdone " + (result instanceof Table ? "" : result));
      return result;
    } catch (Throwable error) {
      String message = String.valueOf(error.getMessage()).replace('\n', ' ');
      System.out.println(what + "\trefused " + error.getClass().getSimpleName() + ": " + message);
      return null;
    }
  }

  private static int readAll(Table table) throws Exception {
    int files = 0;
    for (FileScanTask task : table.newScan().planFiles()) {
      try (InputStream in = table.io().newInputFile(task.file().location()).newStream()) {
        if (new String(in.readNBytes(4)).equals("PAR1")) files++;
      }
    }
    return files;
  }

  private static long write(Table table, String location, int mebibytes) throws Exception {
    try (OutputStream out = table.io().newOutputFile(location).create()) {
      for (int at = 0; at < mebibytes; at++) out.write(new byte[1 << 20]);
    }
    return table.io().newInputFile(location).getLength();
  }

  private static int piece(Table table, String location) throws Exception {
    try (var in = table.io().newInputFile(location).newStream()) {
      in.seek(39 << 20);
      return in.readNBytes(2 << 20).length;
    }
  }

  private static String overwrite(Table table, String location) throws Exception {
    try (OutputStream out = table.io().newOutputFile(location).createOrOverwrite()) {
      out.write(1);
    }
    return "";
  }

  private static int count(Table table, String prefix) {
    int files = 0;
    for (FileInfo ignored : ((SupportsPrefixOperations) table.io()).listPrefix(prefix)) files++;
    return files;
  }

  private static String delete(Table table, String location) {
    table.io().deleteFile(location);
    return "";
  }

  private static String deleteAll(Table table, List<String> locations) {
    ((SupportsBulkOperations) table.io()).deleteFiles(locations);
    return "";
  }

  private static String append(Table table, String location) {
    DataFile file =
        DataFiles.builder(table.spec())
            .withPath(location)
            .withFileSizeInBytes(1 << 20)
            .withRecordCount(1)
            .withFormat(FileFormat.PARQUET)
            .build();
    table.newAppend().appendFile(file).commit();
    return "";
  }

  /** In one transaction: its files come before its name. */
  private static long make(RESTCatalog catalog) throws Exception {
    Schema schema = new Schema(Types.NestedField.optional(1, "id", Types.LongType.get()));
    TableIdentifier made = TableIdentifier.of("public", "made");
    Transaction transaction = catalog.newCreateTableTransaction(made, schema);
    Table staged = transaction.table();
    String location = staged.location() + "/data/a.bin";
    write(staged, location, 1);
    append(staged, location);
    transaction.commitTransaction();
    long length = catalog.loadTable(made).io().newInputFile(location).getLength();
    catalog.dropTable(made, true);
    return length;
  }
}
