import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Project, ProjectSettings } from './project.ts'

interface NamedPort {
  readonly name: string
  readonly port: number | undefined
}

/**
 * WEIR-1003 when two ports of one Weir are the same number, whatever their hosts: only one of them could open. 0 takes any, and what
 * is not said is for the start to choose, which knows the options of the command line.
 */
export function refuseTwinPorts({ name: project, settings }: Project, at: string | undefined): void {
  const named = portsOf(settings).filter(({ port }) => port !== undefined && port !== 0)
  for (const [index, { name, port }] of named.entries()) {
    const twin = named.slice(0, index).find((other) => other.port === port)
    if (twin)
      throw new WeirError(
        'WEIR-1003',
        `project "${project}": ${name} is ${port}, and so is ${twin.name}: each takes a port of its own. Give one of them another, or 0, which takes any`,
        { details: { options: [twin.name, name], port }, ...(at === undefined ? {} : { at }) },
      )
  }
}

/** Those that open: none of Kafka where streams lie in another one, and that of the first listener where it has none of its own. */
function portsOf({ ports, streams = {} }: ProjectSettings): readonly NamedPort[] {
  const { bootstrap, listeners = [{ name: 'kafka' } as const] } = streams
  const ofLog = (bootstrap === undefined ? listeners : []).map(
    ({ name, port }: { name: string; port?: number }, index) =>
      index === 0 && port === undefined
        ? { name: 'ports.kafka', port: ports.kafka }
        : { name: `streams.listeners.${name}.port`, port },
  )
  return [...ofLog, { name: 'ports.postgres', port: ports.postgres }, { name: 'ports.http', port: ports.http }]
}
