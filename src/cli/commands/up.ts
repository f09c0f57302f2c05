import { resolve } from 'node:path'
import colors from '../colors.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { saveCompiled } from '../../kernel/compile-cache.ts'
import type { Command, CommandCall, OptionDeclaration } from '../command.ts'
import { portOption } from '../number-option.ts'

export const upOptions: readonly OptionDeclaration[] = [
  { flags: '--kafka-port <port>', description: 'port of the Kafka protocol; 0 takes any', default: '19092' },
  { flags: '--postgres-port <port>', description: 'port of the PostgreSQL protocol; 0 takes any', default: '15432' },
  { flags: '--http-port <port>', description: 'port of HTTP, console and Iceberg; 0 takes any', default: '4000' },
  {
    flags: '--host <address>',
    description: 'where HTTP and PostgreSQL listen; beyond loopback it takes WEIR_TOKEN and WEIR_PASSWORD',
    default: '127.0.0.1',
  },
  { flags: '--env <name>', description: 'the environment of the project to run' },
]

export const up: Command = {
  name: 'up',
  summary: 'start Weir on this project, in the foreground; Ctrl-C stops it, twice at once',
  options: [
    ...upOptions,
    { flags: '--next-free-port', description: 'take the next free port where one is busy, and say so' },
  ],
  examples: ['weir up', 'weir up --dir shop --http-port 0', 'nohup weir up &'],
  run: (call) => runUp(call, { nextFreePort: call.options['nextFreePort'] === true }),
}

/** Runs until it is told to stop; resolves to the exit code. `onReady` is called when every endpoint answers. */
export async function runUp(
  { options, output, directory }: CommandCall,
  { nextFreePort, watch = false }: { readonly nextFreePort: boolean; readonly watch?: boolean },
): Promise<number> {
  const started = performance.now()
  const stopping = Promise.withResolvers<'asked'>()
  let phase: 'starting' | 'asked' | 'ready' = 'starting'
  const signals = onSignals(() => {
    if (phase === 'starting') {
      phase = 'asked'
      output.note('Stopping once it has started. Ctrl-C again ends it at once.')
    }
    stopping.resolve('asked')
  })
  const dataOption = textOption(options, 'data')
  const environment = textOption(options, 'env')
  const wishes = {
    projectDirectory: directory,
    dataDirectory: dataOption === undefined ? undefined : resolve(dataOption),
    environment,
    host: textOption(options, 'host'),
    kafkaPort: portOption('--kafka-port', options['kafkaPort']),
    postgresPort: portOption('--postgres-port', options['postgresPort']),
    httpPort: portOption('--http-port', options['httpPort']),
    nextFreePort,
    onParentGone: () => stopping.resolve('asked'),
  }
  const { loadProject } = await import('../../platform/project/load-project.ts')
  const project = loadProject(directory, environment === undefined ? {} : { environment })
  // Another process reads the project while this one reads itself; what is wrong with the project is told below.
  project.catch(() => undefined)
  const { startWeir } = await import('../../start-weir.ts')
  const weir = await startWeir({ ...wishes, project })
  saveCompiled()
  signals.killable(() => weir.supervisor.kill())
  for (const notice of weir.supervisor.notices) output.note(notice)
  if (phase === 'starting') {
    phase = 'ready'
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    output.answer(weir.supervisor.endpoints, () => banner(weir.projectName, seconds, weir.supervisor.endpoints))
  }
  const watcher = watch ? weir.watch((line) => output.note(line)) : undefined
  await stopping.promise
  watcher?.stop()
  output.note('Stopping: what was accepted is committed first. Ctrl-C again ends it at once.')
  await weir.supervisor.stop()
  output.note('Stopped.')
  return 0
}

function textOption(options: CommandCall['options'], name: string): string | undefined {
  const value = options[name]
  if (value === undefined) return undefined
  if (typeof value === 'string' && value !== '') return value
  throw new WeirError('WEIR-2009', `--${name} takes a value`)
}

/** The first signal asks, the second kills. */
function onSignals(ask: () => void): { killable(kill: () => void): void } {
  let asked = false
  let kill = (): void => undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (asked && signal === 'SIGINT') {
        kill()
        process.exit(130)
      }
      asked = true
      ask()
    })
  return { killable: (given) => void (kill = given) }
}

interface Addresses {
  readonly kafka: string
  readonly postgres: string
  readonly http: string
  readonly iceberg: string
}

function banner(project: string, seconds: string, { kafka, postgres, http, iceberg }: Addresses): string {
  return `
  ${colors.bold(`Weir is running: ${project}`)}, ready in ${seconds} s

  Console   ${http}
  SQL       psql ${postgres}
  Kafka     kcat -b ${kafka} -L
  Iceberg   ${iceberg}
  Stop with Ctrl-C.`
}
