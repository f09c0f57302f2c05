import { defineCodes } from './code-definition.ts'

/** Iceberg tables and the catalog. */
export const lakeCodes = defineCodes({
  'WEIR-4001': {
    kind: 'not-found',
    cause: 'There is no such table.',
    remedy: 'weir get table lists the tables there are.',
  },
  'WEIR-4002': {
    kind: 'not-found',
    cause: 'There is no such namespace.',
    remedy: 'Create the namespace first, or use the name that the message proposes.',
  },
  'WEIR-4003': {
    kind: 'conflict',
    cause: 'The name is taken in the catalog.',
    remedy: 'Use another name, or drop what holds it.',
  },
  'WEIR-4004': {
    kind: 'conflict',
    cause: 'The table changed since the commit was prepared.',
    remedy: 'Load the table again and repeat the change on what it is now.',
    retryable: true,
  },
  'WEIR-4005': {
    kind: 'conflict',
    cause: 'A namespace that holds tables or namespaces cannot be dropped.',
    remedy: 'Drop what is in it first.',
  },
  'WEIR-4006': {
    kind: 'invalid',
    cause: 'A request to the catalog does not follow the Iceberg REST protocol.',
    remedy: 'Correct the field that the message names.',
  },
  'WEIR-4007': {
    kind: 'invalid',
    cause: 'A column type or transform is not one that Iceberg and Weir know.',
    remedy: 'Use the type that the message proposes; docs/reference lists them.',
  },
  'WEIR-4008': {
    kind: 'corrupt',
    cause: 'A file of a table does not hold what the Iceberg specification asks.',
    remedy: 'Roll the table back to an older snapshot, or restore the file.',
  },
  'WEIR-4009': {
    kind: 'unavailable',
    cause: 'The catalog did not answer as it should.',
    remedy: 'Check its address and token; what was sent may have happened: read the table.',
    retryable: true,
  },
  'WEIR-4010': {
    kind: 'not-found',
    cause: 'The table has no such snapshot, branch or tag, or had no snapshot at that time.',
    remedy: 'Use a snapshot that the table still keeps; weir table history lists them.',
  },
  'WEIR-4011': {
    kind: 'invalid',
    cause: 'A change of a table schema is one that Iceberg does not allow.',
    remedy: 'Add a new column, or widen a type: int to long, float to double, decimal to more digits.',
  },
  'WEIR-4012': {
    kind: 'invalid',
    cause: 'A table has a format version or a feature that Weir does not write.',
    remedy: 'Use the type that the message proposes, in a table of format version 2 or 3.',
  },
  'WEIR-4013': {
    kind: 'invalid',
    cause:
      'Rows of a table cannot be read exactly: its files do not tell which column is which, or are in ORC, or in Avro with types that Iceberg has not.',
    remedy:
      "Set schema.name-mapping.default; or write the files anew with the engine that made them, in Spark: ALTER TABLE t SET TBLPROPERTIES ('write.format.default'='parquet'); CALL system.rewrite_data_files(table => 't', options => map('rewrite-all', 'true')).",
  },
  'WEIR-4014': {
    kind: 'invalid',
    cause:
      'A table holds deletes in ORC, too many by value in Avro, by a column that it does not know, or by value where rows are found by their key.',
    remedy: 'Compact the table, with the engine that wrote them where Weir does not apply them.',
  },
  'WEIR-4020': {
    kind: 'invalid',
    cause: 'A file that a crawler found holds a value, a row or a member that its table does not allow.',
    remedy:
      "Crawl with sampleRows: 'all', which leaves such files out and lists them; or declare a type of the column that takes the value.",
  },
  'WEIR-4021': {
    kind: 'conflict',
    cause: 'A file of a crawled table was changed or removed after the last crawl.',
    remedy: 'Crawl again: weir crawl NAME. A schedule does it by itself.',
    retryable: true,
  },
  'WEIR-4022': {
    kind: 'invalid',
    cause: 'The folder of a crawler cannot be read, or is not one that it may read.',
    remedy: 'Correct the path; a folder outside the project needs outside: true in the project file.',
  },
  'WEIR-4023': {
    kind: 'conflict',
    cause: 'A crawl found files that do not fit its table, and onDrift is fail.',
    remedy: 'Correct or exclude the files that the message names, or choose another onDrift. The table is as it was.',
  },
  'WEIR-4025': {
    kind: 'invalid',
    cause: 'A Delta table has what this reader does not know, or is not to be read as it is declared.',
    remedy: 'Do what the message says; a feature of the table can be dropped with the engine that wrote it.',
  },
  'WEIR-4026': {
    kind: 'corrupt',
    cause: 'A Delta table is not whole: its log, a file that the log names, or a deletion vector.',
    remedy: 'Restore what the message names, or the table to an older version with the engine that wrote it.',
  },
  'WEIR-4027': {
    kind: 'invalid',
    cause: 'A Delta table cannot hold what was asked for, or Weir does not do it to one.',
    remedy: "Do what the message says, or declare the table with format: 'iceberg'.",
  },
  'WEIR-4024': {
    kind: 'closed',
    cause: 'A crawl was stopped before it was done.',
    remedy: 'Crawl again: it goes on where it was. The table is as it was.',
  },
})
