// What `npm start` runs: three million real flights through a stream into a table, summed up, verified, shown.
import { relative } from 'node:path'
import colors from 'picocolors'
import { asWeirError } from '../../src/kernel/errors/weir-error.ts'
import { countOf, toolOptions } from '../../tools/tool-options.ts'
import { watchParent } from '../../src/platform/supervisor/parent-watch.ts'
import { hasData } from './clear-data.ts'
import { replayFlights } from './replay.ts'
import { screen } from './screen.ts'
import { startStep } from './progress.ts'
import { defaultDataDirectory, startWeirProcess } from './weir-process.ts'

const command = toolOptions('start', 'Real flights of 2001, from a stream to SQL.')
  .option('--flights <count>', 'how many are replayed', countOf, 3_000_000)
  .option('--keep', 'goes on with what the last run left', false)
  .option('--once', 'stops when they are delivered and verified', false)
  .parse()
const { flights, keep, once } = command.opts<{ flights: number; keep: boolean; once: boolean }>()

console.log(colors.bold('\n  Weir: real flights of 2001, from a stream to SQL\n'))
const dataDirectory = defaultDataDirectory()
const options = { dataDirectory, keep, options: ['--next-free-port'] }
const isCleared = !keep && hasData(dataDirectory)
const starting = startStep('starting', 0)
const weir = await startWeirProcess(options).catch((error: unknown) => {
  const { message, code } = asWeirError(error)
  console.error(`\n  ${colors.red('failed')}  ${message}  [${code}]`)
  process.exit(1)
})
starting.finish(`Weir runs (process ${weir.endpoints.pid})`)
if (isCleared)
  console.log(
    `  What the last run left in ${relative('.', dataDirectory)} was removed; WEIR_DATA names another folder.`,
  )

const asked = new Promise<'asked'>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve('asked'))
  watchParent(() => resolve('asked'))
})
let exitCode = 0
try {
  const replay = replayFlights(weir.endpoints, flights, startStep)
  const outcome = await Promise.race([replay, asked, weir.ended])
  if (typeof outcome === 'object') {
    console.log(screen(outcome, weir.endpoints))
    exitCode = outcome.lost === 0 && outcome.verified ? 0 : 1
    if (!once) await Promise.race([asked, weir.ended])
  } else {
    replay.catch(() => undefined)
    exitCode = outcome === 'asked' ? 0 : outcome
  }
} catch (error) {
  console.error(
    `\n  ${colors.red('failed')}  ${(error as Error).message}\n  See: npm run weir -- logs --dir examples/flights`,
  )
  exitCode = 1
} finally {
  await weir.stop()
}
process.exit(exitCode)
