import type { Command } from '../command.ts'
import { kindNamed, resourcePath } from '../resources.ts'
import { connectWeir } from '../weir-client.ts'

export const remove: Command = {
  name: 'delete',
  summary:
    'delete a resource; refused while another one uses it, and without --allow-destructive where data goes with it',
  arguments: [
    { name: 'kind', description: 'stream, table, view, delivery, crawler or secret', required: true },
    { name: 'name', description: 'its name', required: true },
  ],
  options: [{ flags: '--allow-destructive', description: 'also when that destroys data' }],
  examples: ['weir delete view events_by_kind'],
  async run({ arguments: [kind, name], options, output, directory }) {
    const query = options['allowDestructive'] === true ? '?allowDestructive=true' : ''
    await connectWeir(directory).call('DELETE', `${resourcePath(kindNamed(kind!), name!)}${query}`)
    output.answer({ deleted: { kind, name } }, () => `${kind} ${name} is deleted.`)
  },
}
