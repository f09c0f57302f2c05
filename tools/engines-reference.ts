import { engineNames, type EngineName, refusals, type StepName, steps } from '../test/conformance/engines/matrix.ts'
import { markdownTable } from './markdown-table.ts'

const titles: Readonly<Record<EngineName, string>> = {
  weir: 'Weir',
  spark: 'Spark 4.1 with Iceberg 1.11',
  trino: 'Trino 476',
  pyiceberg: 'PyIceberg 0.12',
}

/** The table of `test/conformance/engines/matrix.ts`, whose cells `npm run conformance -- --only engines` holds. */
export function enginesSection(): string {
  const rows = (Object.keys(steps) as StepName[]).map((step) => [
    `… ${steps[step]}`,
    ...engineNames.map((engine) => cellOf(step, engine)),
  ])
  return markdownTable(['An engine …', ...engineNames.map((name) => titles[name])], rows)
}

function cellOf(step: StepName, by: EngineName): string {
  const refused = refusals.find((one) => one.step === step && one.by === by && one.reader === undefined)
  if (refused?.sometimes) return `all read it, where it is done; it is refused now and then: ${refused.reason}`
  if (refused) return `no: ${refused.reason}`
  const unread = refusals.filter((one) => one.step === step && one.by === by && one.reader !== undefined)
  const readers = engineNames.filter((name) => !unread.some(({ reader }) => reader === name))
  if (unread.length === 0) return 'all read it'
  return `${readers.map(short).join(', ')} read it; ${unread.map(({ reader, reason }) => `${short(reader!)} does not: ${reason}`).join('; ')}`
}

const short = (name: EngineName): string => titles[name].split(' ')[0]!
