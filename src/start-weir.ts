import { availableParallelism, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { systemClock } from './kernel/clock.ts'
import { WeirError } from './kernel/errors/weir-error.ts'
import { noteDataDirectory } from './platform/project/data-place.ts'
import { loadProject } from './platform/project/load-project.ts'
import type { Project } from './platform/project/project.ts'
import { applyWithoutDestruction, noticesOf } from './platform/supervisor/apply-at-start.ts'
import { watchParent } from './platform/supervisor/parent-watch.ts'
import { restartNotice } from './platform/supervisor/restart-notice.ts'
import { startSupervisor } from './platform/supervisor/supervisor.ts'
import type { Supervisor } from './platform/supervisor/supervisor-options.ts'
import { watchProject } from './platform/supervisor/watch-project.ts'
import { openHttp } from './server/open-http.ts'

export interface StartWeirOptions {
  readonly projectDirectory: string
  /** As it was loaded from there; a watch loads it anew. */
  readonly project: Promise<Project>
  /** Where the command line says; else where the project says; else `.weir`. */
  readonly dataDirectory: string | undefined
  readonly environment: string | undefined
  readonly host: string | undefined
  readonly kafkaPort: number | undefined
  readonly postgresPort: number | undefined
  readonly httpPort: number | undefined
  readonly nextFreePort: boolean
  readonly onParentGone: () => void
}

export interface StartedWeir {
  readonly projectName: string
  readonly supervisor: Supervisor
  /** Applies the project whenever its files change; `say` hears what was done. */
  watch(say: (line: string) => void): { stop(): void }
}

const gigabyte = 1_000_000_000

/** The composition root: the supervisor and the HTTP server above it, started on a project. */
export async function startWeir(options: StartWeirOptions): Promise<StartedWeir> {
  const { projectDirectory, environment, nextFreePort } = options
  const load = () => loadProject(projectDirectory, environment === undefined ? {} : { environment })
  const project = await options.project
  const { ports, dataDirectory, memory = {} } = project.settings
  if (options.kafkaPort !== undefined) refuseIdleKafkaPort(project)
  watchParent(options.onParentGone)
  const dataFolder = options.dataDirectory ?? resolve(projectDirectory, dataDirectory ?? '.weir')
  const supervisor = await startSupervisor({
    project,
    projectDirectory,
    dataDirectory: dataFolder,
    onOwned: () => noteDataDirectory(projectDirectory, dataFolder),
    host: options.host ?? '127.0.0.1',
    kafkaPort: options.kafkaPort ?? ports.kafka ?? 19_092,
    postgresPort: options.postgresPort ?? ports.postgres ?? 15_432,
    httpPort: options.httpPort ?? ports.http ?? 4000,
    nextFreePort,
    ...secretOf('token', 'WEIR_TOKEN'),
    ...secretOf('password', 'WEIR_PASSWORD'),
    engineMemoryBytes: memory.engineBytes ?? Math.max(gigabyte, Math.min(8 * gigabyte, totalmem() / 4)),
    workerMemoryBytes: memory.workerBytes ?? Math.max(gigabyte, Math.min(4 * gigabyte, totalmem() / 6)),
    threads: availableParallelism(),
    clock: systemClock,
    openHttp,
  })
  return {
    projectName: project.name,
    supervisor,
    watch: (say) =>
      watchProject(
        { directory: projectDirectory, ignored: [dataFolder], apply: applier(supervisor, project, load, say) },
        say,
      ),
  }
}

/** Loads the project anew and makes it run, but for what destroys data; says each change and what was left. */
function applier(
  { control }: Supervisor,
  running: Project,
  load: () => Promise<Project>,
  say: (line: string) => void,
): () => Promise<boolean> {
  let said: readonly string[] = []
  return async () => {
    const saved = await load()
    const applied = await applyWithoutDestruction(control, saved, 'weir dev')
    for (const { action, kind, name } of applied.applied) say(`${action} ${kind} ${name}`)
    for (const notice of noticesOf(applied)) say(notice)
    const restart = [
      restartNotice(running, saved) ?? [],
      saved.notices.filter((each) => !running.notices.includes(each)),
    ].flat()
    for (const notice of restart.filter((each) => !said.includes(each))) say(notice)
    said = restart
    return applied.left.length === 0 && applied.refused.length === 0
  }
}

/** WEIR-2009 where nothing would listen on the port of `--kafka-port`. */
function refuseIdleKafkaPort({ settings: { streams } }: Project): void {
  const [first] = streams?.listeners ?? []
  const why =
    streams?.bootstrap !== undefined
      ? `the streams of this project lie in ${streams.bootstrap.join(', ')}, and Weir runs no log of its own`
      : first?.port !== undefined
        ? `the first listener of this project has port ${first.port} of its own (streams.listeners.${first.name}.port)`
        : undefined
  if (why !== undefined) throw new WeirError('WEIR-2009', `--kafka-port would do nothing: ${why}. Leave it out`)
}

function secretOf<Name extends string>(name: Name, variable: string): { readonly [key in Name]?: string } {
  const value = process.env[variable]
  return (value === undefined || value === '' ? {} : { [name]: value }) as { [key in Name]?: string }
}
