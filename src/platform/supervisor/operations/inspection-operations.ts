import type { TablePlace } from '../../children/child-methods.ts'
import type { InspectionOperations } from '../../operations.ts'
import type { OperatorProcess } from '../operator-process.ts'

/** The manifests of a large table take a while to read. */
const timeoutMs = 120_000

/** In the operator: manifests grow with the table, and the supervisor must not. */
export function createInspectionOperations(
  operator: Pick<OperatorProcess, 'use'>,
  place: Omit<TablePlace, 'namespace' | 'name'>,
): InspectionOperations {
  return {
    files: ({ namespace, name }, query, at) =>
      operator.use((channel) =>
        channel.call('files', { namespace, name, ...place, query, at: at ?? null }, { timeoutMs }),
      ),
    file: ({ namespace, name }, path, at) =>
      operator.use((channel) =>
        channel.call('file', { namespace, name, ...place, path, at: at ?? null }, { timeoutMs }),
      ),
    partitions: ({ namespace, name }, query, at) =>
      operator.use((channel) =>
        channel.call('partitions', { namespace, name, ...place, query, at: at ?? null }, { timeoutMs }),
      ),
  }
}
