/** Of the page of a table that the project declares, as they stand there. */
export const tableTabs = [
  'Overview',
  'Data',
  'Schema',
  'Partitions',
  'Files',
  'Snapshots',
  'Maintenance',
  'Clients',
  'Spec',
  'History',
] as const
