import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.DeleteGranularity;
import org.apache.iceberg.io.BaseTaskWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.io.WriteResult;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/**
 * Upserts and deletes by key, written by Apache Iceberg's own writers as Flink writes them: files of equality deletes, of position
 * deletes for rows of the same commit, and vectors in version 3. `java EqualityDeletes.java CATALOG make | write SEED | read`.
 */
public class EqualityDeletes {
  static final Schema SCHEMA =
      new Schema(
          Types.NestedField.optional(1, "id", Types.IntegerType.get()),
          Types.NestedField.optional(2, "city", Types.StringType.get()),
          Types.NestedField.optional(3, "amount", Types.DoubleType.get()));

  /** Name, format version, whether it has partitions, what deletes are written as, and the columns that rows are told apart by. */
  record Kind(String name, int version, boolean parted, FileFormat deletes, String... key) {
    TableIdentifier ident() {
      return TableIdentifier.of("public", name);
    }
  }

  static final List<Kind> KINDS =
      List.of(
          new Kind("flat", 2, false, FileFormat.PARQUET, "id"),
          new Kind("two_columns", 2, false, FileFormat.PARQUET, "id", "city"),
          new Kind("parted", 2, true, FileFormat.PARQUET, "id", "city"),
          new Kind("version_3", 3, false, FileFormat.PARQUET, "id"),
          new Kind("avro", 2, false, FileFormat.AVRO, "id"),
          new Kind("parted_avro", 2, true, FileFormat.AVRO, "id", "city"),
          new Kind("version_3_avro", 3, false, FileFormat.AVRO, "id"));

  public static void main(String[] args) throws IOException {
    RESTCatalog catalog = new RESTCatalog();
    catalog.setConf(new Configuration());
    catalog.initialize("weir", Map.of("uri", args[0]));
    for (Kind kind : KINDS) {
      if (args[1].equals("make")) make(catalog, kind);
      else if (args[1].equals("write")) write(catalog, kind, Long.parseLong(args[2]));
      else read(catalog, kind);
    }
    catalog.close();
  }

  static void make(RESTCatalog catalog, Kind kind) {
    PartitionSpec spec =
        kind.parted
            ? PartitionSpec.builderFor(SCHEMA).identity("city").build()
            : PartitionSpec.unpartitioned();
    catalog.createTable(kind.ident(), SCHEMA, spec, Map.of("format-version", "" + kind.version));
  }

  /** Some commits; in the midst of them columns are renamed, widened and added. */
  static void write(RESTCatalog catalog, Kind kind, long seed) throws IOException {
    Random random = new Random(seed);
    for (int commit = 0; commit < 5; commit++) {
      Table table = catalog.loadTable(kind.ident());
      if (commit == 3 && seed == 1) {
        table.updateSchema().updateColumn("id", Types.LongType.get()).renameColumn("amount", "sum").addColumn("note", Types.StringType.get()).commit();
        table.refresh();
      }
      UpsertWriter writer = new UpsertWriter(table, kind);
      for (int row = 0; row < 40; row++) {
        Record record = random(table.schema(), random, commit);
        if (random.nextInt(4) > 0) writer.upsert(record);
        else writer.remove(record);
      }
      WriteResult result = writer.complete();
      RowDelta delta = table.newRowDelta();
      for (var file : result.dataFiles()) delta.addRows(file);
      for (var file : result.deleteFiles()) delta.addDeletes(file);
      delta.commit();
    }
  }

  static Record random(Schema schema, Random random, int commit) {
    Record record = GenericRecord.create(schema);
    Integer id = random.nextInt(8) == 0 ? null : Integer.valueOf(random.nextInt(30) - 5);
    boolean wide = schema.findField("id").type().equals(Types.LongType.get());
    record.setField("id", id == null ? null : wide ? (Object) Long.valueOf(id) : id);
    record.setField("city", random.nextInt(6) == 0 ? null : "c" + random.nextInt(3));
    record.set(2, commit + random.nextInt(1000) / 1000.0);
    return record;
  }

  static void read(RESTCatalog catalog, Kind kind) throws IOException {
    Table table = catalog.loadTable(kind.ident());
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
      for (Record row : rows) {
        List<String> values = new ArrayList<>(List.of(kind.name));
        for (int at = 0; at < 3; at++) values.add(String.valueOf(row.get(at)));
        System.out.println(String.join(" ", values));
      }
    }
  }

  static class UpsertWriter extends BaseTaskWriter<Record> {
    final Schema schema;
    final Schema keySchema;
    final PartitionKey partition;
    final Map<PartitionKey, Delta> deltas = new HashMap<>();
    final InternalRecordWrapper wrapper;

    UpsertWriter(Table table, Kind kind) {
      super(
          table.spec(),
          FileFormat.PARQUET,
          new GenericFileWriterFactory.Builder(table)
              .dataFileFormat(FileFormat.PARQUET)
              .deleteFileFormat(kind.deletes)
              .equalityFieldIds(ids(table.schema(), kind))
              .equalityDeleteRowSchema(table.schema().select(kind.key))
              .build(),
          OutputFileFactory.builderFor(table, 1, System.nanoTime()).format(FileFormat.PARQUET).build(),
          table.io(),
          Long.MAX_VALUE,
          kind.version >= 3);
      this.schema = table.schema();
      this.keySchema = TypeUtil.select(schema, schema.select(kind.key).asStruct().fields().stream().map(Types.NestedField::fieldId).collect(java.util.stream.Collectors.toSet()));
      this.partition = new PartitionKey(table.spec(), schema);
      this.wrapper = new InternalRecordWrapper(schema.asStruct());
    }

    static int[] ids(Schema schema, Kind kind) {
      return schema.select(kind.key).columns().stream().mapToInt(Types.NestedField::fieldId).toArray();
    }

    Delta deltaOf(Record row) {
      partition.partition(wrapper.wrap(row));
      return deltas.computeIfAbsent(partition.copy(), Delta::new);
    }

    void upsert(Record row) throws IOException {
      remove(row);
      deltaOf(row).write(row);
    }

    void remove(Record row) throws IOException {
      Record key = GenericRecord.create(keySchema);
      for (Types.NestedField field : keySchema.columns()) key.setField(field.name(), row.getField(field.name()));
      deltaOf(row).deleteKey(key);
    }

    @Override
    public void write(Record row) throws IOException {
      upsert(row);
    }

    @Override
    public void close() throws IOException {
      for (Delta delta : deltas.values()) delta.close();
      super.close();
    }

    class Delta extends BaseEqualityDeltaWriter {
      final InternalRecordWrapper rows = new InternalRecordWrapper(schema.asStruct());
      final InternalRecordWrapper keys = new InternalRecordWrapper(keySchema.asStruct());

      Delta(PartitionKey partition) {
        super(partition, schema, keySchema, DeleteGranularity.FILE, dvFileWriter());
      }

      @Override
      protected StructLike asStructLike(Record row) {
        return rows.wrap(row);
      }

      @Override
      protected StructLike asStructLikeKey(Record key) {
        return keys.wrap(key);
      }
    }
  }
}
