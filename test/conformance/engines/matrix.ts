/** Which engine does what with tables of the lake, and who reads it then: the suite `engines` holds each cell, the reference prints them. */
export const engineNames = ['weir', 'spark', 'trino', 'pyiceberg'] as const
export type EngineName = (typeof engineNames)[number]

/** In words that stand between an engine and a full stop. */
export const steps = {
  create: 'makes a table, partitioned by day, bucket and truncate, and appends to it',
  add: 'adds a column',
  'add inside': 'adds a field inside a struct',
  rename: 'renames a column by which files are partitioned',
  drop: 'drops a column',
  widen: 'widens int to long, float to double, decimal to more digits',
  append: 'appends after that, also to tables of others',
  delete: 'deletes rows, also of tables of others',
  update: 'changes rows, also of tables of others',
  'change partitions': 'partitions what comes then by one field more, and appends',
  compact: 'writes the files anew',
  'make version 3': 'makes a table of version 3 and appends to it',
  'delete by vectors': 'deletes rows of it by deletion vectors',
} as const
export type StepName = keyof typeof steps

export interface Refusal {
  readonly step: StepName
  readonly by: EngineName
  /** Where the step succeeds, and one engine cannot read what it made. */
  readonly reader?: EngineName
  readonly reason: string
  /** What it says. */
  readonly error: RegExp
  /** It is done as often: which of the two is chance. */
  readonly sometimes?: true
}

export const refusals: readonly Refusal[] = [
  {
    step: 'compact',
    by: 'pyiceberg',
    reason: 'PyIceberg 0.12 does not compact',
    error: /does not compact/,
  },
  {
    step: 'change partitions',
    by: 'trino',
    sometimes: true,
    reason:
      'Trino 476 compares fields by sets, and its Iceberg (1.9.1) gives equal fields of days and hours different hash codes, by chance in each start of Trino: it may take a field that stays for a new one ("Cannot add duplicate partition field")',
    error: /Cannot add duplicate partition field/,
  },
  {
    step: 'delete by vectors',
    by: 'weir',
    reader: 'trino',
    reason: 'Trino 476 does not read deletion vectors',
    error: /PUFFIN/,
  },
  {
    step: 'delete by vectors',
    by: 'spark',
    reader: 'trino',
    reason: 'Trino 476 does not read deletion vectors',
    error: /PUFFIN/,
  },
  {
    step: 'make version 3',
    by: 'trino',
    reason: 'Trino 476 makes versions 1 and 2',
    error: /format_version must be between 1 and 2/,
  },
  {
    step: 'make version 3',
    by: 'pyiceberg',
    reason: 'PyIceberg 0.12 writes no manifests of version 3',
    error: /Cannot write manifest for table version: 3/,
  },
]

export function refusalOf(step: StepName, by: EngineName, reader?: EngineName): Refusal | undefined {
  return refusals.find((one) => one.step === step && one.by === by && one.reader === reader)
}
