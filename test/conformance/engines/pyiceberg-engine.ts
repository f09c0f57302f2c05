import { programPath, pyIceberg, pythonEnvironment } from '../engine-python.ts'
import { startLineService } from './line-service.ts'
import type { TableEngine } from './table-engine.ts'

export function startPyIceberg(catalog: string): TableEngine {
  const engine = pyIceberg()
  const program = programPath('engines/pyiceberg-serve.py')
  const service = startLineService([engine.python, program, catalog], pythonEnvironment(engine))
  const ask = (operation: string, table: string, more: object = {}) =>
    service.ask({ operation, table: `public.${table}`, ...more })
  return {
    name: 'pyiceberg',
    create: async ({ name, ...table }) => void (await ask('create', name, table)),
    append: async (table, _, rows) => void (await ask('append', table, { rows })),
    evolve: async (table, change) => void (await ask('evolve', table, { change })),
    partition: async (table, _, added) => void (await ask('partition', table, { added })),
    remove: async (table, ids) => void (await ask('remove', table, { ids })),
    relabel: async (table, label, ids) => void (await ask('relabel', table, { label, ids })),
    compact: async () => {
      throw new Error('PyIceberg does not compact')
    },
    rows: async (table) => (await ask('read', table)).map((row) => JSON.stringify(row)),
    stop: () => service.stop(),
  }
}
