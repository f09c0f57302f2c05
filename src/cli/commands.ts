import type { Command } from './command.ts'
import { apply } from './commands/apply.ts'
import { backup } from './commands/backup.ts'
import { compact } from './commands/compact.ts'
import { crawl } from './commands/crawl.ts'
import { deadLetters } from './commands/dead-letters.ts'
import { remove } from './commands/delete.ts'
import { delivery } from './commands/delivery.ts'
import { dev } from './commands/dev.ts'
import { doctor } from './commands/doctor.ts'
import { explain } from './commands/explain.ts'
import { get } from './commands/get.ts'
import { init } from './commands/init.ts'
import { ledger } from './commands/ledger.ts'
import { logs } from './commands/logs.ts'
import { plan } from './commands/plan.ts'
import { produce } from './commands/produce.ts'
import { restore } from './commands/restore.ts'
import { sql } from './commands/sql.ts'
import { status } from './commands/status.ts'
import { stop } from './commands/stop.ts'
import { streamAcls } from './commands/stream/acls.ts'
import { streamConfigure } from './commands/stream/configure.ts'
import { streamDeleteGroup } from './commands/stream/delete-group.ts'
import { streamDescribe } from './commands/stream/describe.ts'
import { streamGroups } from './commands/stream/groups.ts'
import { streamList } from './commands/stream/list.ts'
import { streamProduce } from './commands/stream/produce.ts'
import { streamReplay } from './commands/stream/replay.ts'
import { streamResetGroup } from './commands/stream/reset-group.ts'
import { streamTail } from './commands/stream/tail.ts'
import { tableClients } from './commands/table/clients.ts'
import { tableDiff } from './commands/table/diff.ts'
import { tableFiles } from './commands/table/files.ts'
import { tableHistory } from './commands/table/history.ts'
import { tableMaintenance } from './commands/table/maintenance.ts'
import { tablePartitions } from './commands/table/partitions.ts'
import { tableRefs } from './commands/table/refs.ts'
import { tableRollback } from './commands/table/rollback.ts'
import { tableSchema } from './commands/table/schema.ts'
import { tableShow } from './commands/table/show.ts'
import { tail } from './commands/tail.ts'
import { userList } from './commands/user/list.ts'
import { userRemove } from './commands/user/remove.ts'
import { userSet } from './commands/user/set.ts'
import { up } from './commands/up.ts'
import { url } from './commands/url.ts'
import { verify } from './commands/verify.ts'
import { worker } from './commands/worker.ts'

/** Every command, in the order of the help: starting, declaring, looking, proving, keeping. */
export const commands: readonly Command[] = [
  init,
  up,
  dev,
  stop,
  worker,
  plan,
  apply,
  status,
  get,
  remove,
  sql,
  produce,
  tail,
  streamList,
  streamDescribe,
  streamProduce,
  streamTail,
  streamReplay,
  streamGroups,
  streamResetGroup,
  streamDeleteGroup,
  streamConfigure,
  streamAcls,
  userList,
  userSet,
  userRemove,
  url,
  ledger,
  verify,
  deadLetters,
  delivery,
  tableShow,
  tableSchema,
  tablePartitions,
  tableFiles,
  tableClients,
  tableHistory,
  tableDiff,
  tableRollback,
  ...tableRefs,
  tableMaintenance,
  compact,
  crawl,
  logs,
  explain,
  doctor,
  backup,
  restore,
]

/** What the first word of `weir stream tail` stands for. */
export const commandGroups: Readonly<Record<string, string>> = {
  user: 'who may log in to the Kafka port',
  table: 'snapshots of tables: what there are, what lies between, names for them, and the way back',
  tag: 'names for snapshots, which keep them',
  branch: 'names for lines of snapshots of their own',
  stream: 'records, groups, settings and ACLs of streams, of this log or of any other Kafka',
}
