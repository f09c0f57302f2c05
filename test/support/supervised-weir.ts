import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/kernel/clock.ts'
import type { Declaration } from '../../src/platform/kinds/declaration.ts'
import { startSupervisor } from '../../src/platform/supervisor/supervisor.ts'
import type { Supervisor, SupervisorOptions } from '../../src/platform/supervisor/supervisor-options.ts'
import { openHttp } from '../../src/server/open-http.ts'

export interface SupervisedWeir extends AsyncDisposable {
  readonly folder: string
  readonly supervisor: Supervisor
}

/** A supervisor in this process, on free ports and a temporary folder, with options that no command offers. */
export async function superviseWeir(
  name: string,
  resources: readonly Declaration[],
  options: Partial<SupervisorOptions> = {},
): Promise<SupervisedWeir> {
  const folder = mkdtempSync(join(tmpdir(), `weir-${name}-`))
  const supervisor = await startSupervisor({
    project: {
      name,
      environment: null,
      notices: [],
      settings: { ports: {}, diskBudgetBytes: null, autoCreateTopics: true, defaultPartitions: 1 },
      resources: resources.map(({ kind, name: of, spec, tags }) => ({ kind, name: of, spec, tags })),
    },
    projectDirectory: folder,
    dataDirectory: join(folder, '.weir'),
    host: '127.0.0.1',
    kafkaPort: 0,
    postgresPort: 0,
    httpPort: 0,
    nextFreePort: false,
    engineMemoryBytes: 1_000_000_000,
    workerMemoryBytes: 1_000_000_000,
    threads: 1,
    clock: systemClock,
    openHttp,
    ...options,
  })
  return {
    folder,
    supervisor,
    async [Symbol.asyncDispose]() {
      await supervisor.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
