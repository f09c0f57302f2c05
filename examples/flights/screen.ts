import colors from 'picocolors'
import { formatSize } from '../../src/kernel/units.ts'
import type { Endpoints } from '../../src/platform/supervisor/endpoints.ts'
import type { Replay } from './replay.ts'

/** The one screen that stays. */
export function screen(replay: Replay, { kafka, postgres, http, iceberg }: Endpoints): string {
  const { produced, delivered, queryable, lost } = replay
  const title =
    lost === 0 && replay.verified
      ? `Weir is running: ${count(produced)} flights, none lost`
      : `Weir is running: ${count(lost)} of ${count(produced)} flights are missing`
  const rate = `${count(Math.round(produced / replay.produceSeconds / 1000) * 1000)}/s`
  return `
  ${colors.bold(title)}

  produced     ${count(produced).padStart(9)}     ${replay.produceSeconds.toFixed(1)} s    ${rate}
  delivered    ${count(delivered).padStart(9)} ${mark(delivered === produced)}   ${replay.partitions} partitions by month, ${replay.files} files, ${formatSize(replay.bytes)}
  queryable    ${count(queryable).padStart(9)} ${mark(queryable === produced)}   verified against the data: ${replay.verifyDetail}

  Longest delays from    ${replay.delays.map(([airport, delay]) => `${airport} ${Number(delay).toFixed(1)} min`).join('   ')}

  Console   ${http}
  SQL       psql ${postgres}
  Kafka     kcat -b ${kafka} -t flights -C -o beginning -c 3
  Iceberg   ${iceberg}
  Commands  npm run weir -- status --dir examples/flights
  Stop with Ctrl-C. A project of your own: npx weir-data init my-project
`
}

function mark(holds: boolean): string {
  return holds ? colors.green('✓') : colors.red('✗')
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
