import { z } from 'zod'
import { time } from './list.ts'

const ran = {
  table: z.string(),
  task: z.string(),
  at: time('When it ended.'),
  snapshots: z.int().describe('Removed.'),
  files: z.int().describe('Removed: by compaction from the table, else from the disk.'),
  bytesRemoved: z.int().describe('Of these files.'),
  filesAdded: z.int().describe('That compaction put in their place.'),
  bytesAdded: z.int().describe('Of those; less than were removed by what was saved.'),
  error: z.string().nullable(),
}

export const maintenanceRun = z.strictObject(ran).meta({ id: 'MaintenanceRun' })

const group = z
  .strictObject({
    partition: z.string().describe('Its folder; empty where the table has no partitions.'),
    filesBefore: z.int(),
    filesAfter: z.int(),
    bytesBefore: z.int(),
    bytesAfter: z.int().describe('An estimate by rows, of what was not done yet.'),
    deletedRows: z.int().describe('That are written no more.'),
  })
  .meta({ id: 'CompactionGroup' })

export const maintenancePlan = z
  .strictObject({
    snapshots: z.int().describe('That would expire.'),
    files: z
      .int()
      .describe('That would go: from the table by compaction, from the disk by expiry and the removal of orphans.'),
    bytesRemoved: z.int().describe('Of these files.'),
    filesAdded: z.int().describe('That would come in their place.'),
    bytesAdded: z.int().describe('Of those; an estimate.'),
    deletedRows: z.int().describe('That would be written no more.'),
    groups: z.array(group).readonly(),
    left: z.array(z.string()).readonly(),
  })
  .meta({ id: 'MaintenancePlan' })

export const compactionPlan = z.strictObject({ groups: z.array(group).readonly() }).meta({ id: 'CompactionPlan' })

export const recordedRun = z
  .strictObject({
    ...ran,
    beganAt: time('When it began.'),
    deletedRows: z.int().describe('Rows that files of deletes named and that are written no more.'),
    groups: z.array(group).readonly().describe('Each became one file in one commit; the first hundred.'),
    groupCount: z.int(),
    left: z.array(z.string()).readonly().describe('Why groups were not committed, or left for the next turn.'),
    code: z.string().nullable().describe('Of the error.'),
    remedy: z.string().nullable().describe('What to do about it.'),
  })
  .meta({ id: 'RecordedRun' })

const totals = z
  .strictObject({
    runs: z.int(),
    snapshots: z.int(),
    files: z.int(),
    bytesRemoved: z.int(),
    filesAdded: z.int(),
    bytesAdded: z.int(),
    since: z.string().nullable().describe('ISO 8601: when the first run that is counted ended.'),
  })
  .meta({ id: 'MaintenanceTotals' })

const turn = z
  .strictObject({
    task: z.enum(['compact', 'rewrite manifests', 'expire snapshots', 'remove orphans']),
    purpose: z.string().describe('What it does.'),
    everyMs: z.int().nullable().describe('null: never by itself.'),
    nextAt: z.string().nullable().describe('ISO 8601; it begins within a minute after. null: never by itself.'),
    workingSince: z.string().nullable().describe('ISO 8601; null when it is not at work.'),
    last: maintenanceRun.nullable(),
    totals: totals.nullable(),
  })
  .meta({ id: 'MaintenanceTurn' })

export const tableMaintenance = z
  .strictObject({
    tasks: z.array(turn).readonly(),
    savedBytes: z
      .int()
      .describe('What readers read less since compaction and the rewriting of manifests, all runs together.'),
    freedBytes: z.int().describe('What expiry and the removal of orphans took from the disk.'),
    runs: z.array(recordedRun).readonly().describe('Newest first: those that did something or failed.'),
    next: z.int().nullable().describe('What before takes for the next page; null at the last.'),
  })
  .meta({ id: 'TableMaintenance' })
