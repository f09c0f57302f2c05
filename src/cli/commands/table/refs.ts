import { formatDuration, parseDuration } from '../../../kernel/units.ts'
import type { NamedRef } from '../../../lake/history/table-history.ts'
import type { Command } from '../../command.ts'
import { tableArgument, tablePath } from '../../table/table-path.ts'
import { tableText } from '../../table-text.ts'
import { connectWeir } from '../../weir-client.ts'

type RefType = NamedRef['type']

const words: Readonly<Record<RefType, string>> = {
  tag: 'a name for a snapshot, which keeps it',
  branch: 'a name for a line of snapshots of its own, which other engines may write to',
}

const table = tableArgument

function refCommands(type: RefType): readonly Command[] {
  const named = { name: type, description: `the name of the ${type}`, required: true }
  return [
    {
      name: `table ${type} create`,
      summary: `make ${words[type]}; of the current snapshot, or of another`,
      arguments: [table, named],
      options: [
        { flags: '--at <moment>', description: 'a snapshot, a branch or tag, or a time', default: 'the current one' },
        {
          flags: '--keep <duration>',
          description: `how old its snapshot may become before the ${type} goes: "90 days"`,
          default: 'for ever',
        },
      ],
      examples: [
        `weir table ${type} create orders audit-2026`,
        `weir table ${type} create orders audit-2026 --at 2026-11-28T09:00 --keep "90 days"`,
      ],
      async run({ arguments: [of, name], options: { at, keep }, output, directory }) {
        const body = {
          type,
          ...(typeof at === 'string' ? { at } : {}),
          ...(typeof keep === 'string' ? { maxAgeMs: parseDuration(keep) } : {}),
        }
        const made = await connectWeir(directory).call<{ snapshot: string }>('PUT', refPath(of!, name!), body)
        output.answer(
          { table: of, ...body, name, ...made },
          () => `${type} ${name} of ${of} is snapshot ${made.snapshot}.`,
        )
      },
    },
    {
      name: `table ${type} drop`,
      summary: `drop a ${type}; its snapshot stays only as long as others do`,
      arguments: [table, named],
      examples: [`weir table ${type} drop orders audit-2026`],
      async run({ arguments: [of, name], output, directory }) {
        await connectWeir(directory).call('DELETE', `${refPath(of!, name!)}?type=${type}`)
        output.answer({ table: of, dropped: name }, () => `${type} ${name} of ${of} is gone.`)
      },
    },
    {
      name: `table ${type} list`,
      summary: `the ${type === 'tag' ? 'tags' : 'branches'} of a table`,
      arguments: [table],
      examples: [`weir table ${type} list orders`],
      async run({ arguments: [of], output, directory }) {
        const { refs } = await connectWeir(directory).call<{ refs: readonly NamedRef[] }>(
          'GET',
          `${tablePath(of!)}/history`,
        )
        const found = refs.filter((ref) => ref.type === type)
        output.answer({ items: found }, () => (found.length === 0 ? `${of} has none.` : listText(type, found)))
      },
    },
  ]
}

const refPath = (of: string, name: string): string => `${tablePath(of)}/refs/${encodeURIComponent(name)}`

function listText(type: RefType, refs: readonly NamedRef[]): string {
  const rows = refs.map(({ name, snapshot, maxAgeMs }) => [
    name,
    snapshot,
    maxAgeMs === null ? 'for ever' : formatDuration(maxAgeMs),
  ])
  return tableText([{ title: type.toUpperCase() }, { title: 'SNAPSHOT' }, { title: 'KEPT' }], rows)
}

export const tableRefs: readonly Command[] = [...refCommands('tag'), ...refCommands('branch')]
