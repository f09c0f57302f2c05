import type { ApiResource } from '../api-types.ts'
import type { Command } from '../command.ts'
import { kindNames, kindNamed, listResources, resourcePath } from '../resources.ts'
import { tableText } from '../table-text.ts'
import { connectWeir } from '../weir-client.ts'

export const get: Command = {
  name: 'get',
  summary: 'show resources as they are declared and what state they are in',
  arguments: [
    { name: 'kind', description: `${kindNames.join(', ')}; all without it`, required: false },
    { name: 'name', description: 'one resource, with its whole declaration', required: false },
  ],
  options: [
    { flags: '--prefix <text>', description: 'only names that begin so' },
    { flags: '--tag <key=value>', description: 'only resources with this tag' },
  ],
  examples: ['weir get', 'weir get table events', 'weir get stream --prefix orders'],
  async run({ arguments: [kind, name], options, output, directory }) {
    const weir = connectWeir(directory)
    if (kind !== undefined && name !== undefined) {
      const resource = await weir.call<ApiResource>('GET', resourcePath(kindNamed(kind), name))
      output.answer(resource, () => JSON.stringify(resource, null, 2))
      return
    }
    const filter = {
      kind: kind === undefined ? undefined : kindNamed(kind),
      prefix: options['prefix'],
      tag: options['tag'],
    }
    const resources = await listResources(weir, filter)
    output.answer(resources, () => (resources.length === 0 ? 'There are none.' : textOf(resources)))
  },
}

function textOf(resources: readonly ApiResource[]): string {
  const columns = [
    { title: 'KIND' },
    { title: 'NAME' },
    { title: 'STATE' },
    { title: 'VERSION', align: 'right' },
    { title: 'REASON' },
  ] as const
  return tableText(
    columns,
    resources.map(({ kind, name, state, version, reason }) => [kind, name, state, String(version), reason ?? '']),
  )
}
