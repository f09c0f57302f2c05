import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import { parseDuration, parseSize } from '../../kernel/units.ts'
import type { ProjectDeclaration } from './define-project.ts'
import type { Project } from './project.ts'
import { bucketSettings } from './bucket-settings.ts'
import { idleSettings } from './idle-settings.ts'
import { objectSettings } from './object-settings.ts'
import { refuseTwinPorts } from './refuse-twin-ports.ts'
import { streamSettings } from './stream-settings.ts'

/** The project for one environment, JSON-safe; without a name, the project as it is. WEIR-1009, and 1003 and 1013 for settings that do not go together. */
export function chooseEnvironment({ options, at }: ProjectDeclaration, environment: string | null): Project {
  const { name, resources, environments, ...settings } = options
  const own = environment === null ? {} : environments[environment]
  if (own === undefined) {
    const names = Object.keys(environments)
    const near = nearestName(environment!, names)
    const advice = near ? `Did you mean ${near}?` : names.length > 0 ? `There are ${names.join(', ')}` : 'It has none'
    throw new WeirError('WEIR-1009', `project "${name}" has no environment "${environment}". ${advice}`, {
      ...(at === undefined ? {} : { at }),
    })
  }
  const given = {
    ...settings,
    ...own,
    ports: { ...settings.ports, ...own.ports },
    memory: { ...settings.memory, ...own.memory },
  }
  const { diskBudget, offsetsRetention, transactionTimeoutMax, ports, memory, streams, objects, buckets, ...rest } =
    given
  const chosen = {
    ...rest,
    ports,
    memory: {
      engineBytes: bytesOf(memory.engine),
      workerBytes: bytesOf(memory.worker),
      logBytes: bytesOf(memory.log),
    },
    diskBudgetBytes: bytesOf(diskBudget) ?? null,
    streams: streamSettings(streams),
    objects: objectSettings(objects),
    buckets: bucketSettings(buckets),
    offsetsRetentionMs: millisecondsOf(offsetsRetention),
    transactionTimeoutMaxMs: millisecondsOf(transactionTimeoutMax),
  }
  if (rest.tables) refuseOwnCatalog(name, { catalog: rest.catalog, clients: chosen.objects?.clientKeys }, at)
  const written = { name, environment, settings: chosen, resources, notices: idleSettings(given) }
  // By way of JSON, because undefined means absent there, and what crosses to another process is the same.
  const project = JSON.parse(JSON.stringify(written)) as Project
  refuseTwinPorts(project, at)
  return project
}

/** What only Weir's own catalog does. */
function refuseOwnCatalog(
  project: string,
  own: { readonly catalog?: unknown; readonly clients?: unknown },
  at: string | undefined,
): void {
  const option = own.catalog === undefined ? (own.clients === undefined ? undefined : 'objects.clients') : 'catalog'
  if (option === undefined) return
  throw new WeirError(
    'WEIR-1013',
    `project "${project}": ${option} is what Weir's own catalog tells clients, and tables names another one, which has settings of its own. Leave ${option} or tables out`,
    { details: { option }, ...(at === undefined ? {} : { at }) },
  )
}

function millisecondsOf(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration)
}

function bytesOf(size: string | undefined): number | undefined {
  return size === undefined ? undefined : parseSize(size)
}
