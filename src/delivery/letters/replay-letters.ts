import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { OperatorPorts } from '../operate/operator-ports.ts'
import type { ReplayOptions } from './judge-letters.ts'
import { letterBatches } from './letter-batches.ts'
import type { LetterFilter, ReplayResult } from './letter.ts'
import { replayBatch } from './replay-batch.ts'

/**
 * Letters become rows where they fit now (delivery.md, rule 9), in as few commits as memory allows. Offsets stay. Rejects with
 * WEIR-5031 when a filter names an offset that no letter in force has.
 */
export async function replayDeadLetters(
  ports: OperatorPorts,
  options: ReplayOptions,
  filter: LetterFilter = {},
): Promise<ReplayResult> {
  const { table } = ports
  const { state: path } = await table.load()
  const files = path === undefined ? [] : (await table.readState(path)).letterFiles
  let result: ReplayResult = { replayed: 0, rejected: [], snapshotId: null }
  for await (const batch of letterBatches(table, files, filter)) {
    const done = await replayBatch(ports, options, batch)
    result = {
      replayed: result.replayed + done.replayed,
      rejected: [...result.rejected, ...done.rejected],
      snapshotId: done.snapshotId ?? result.snapshotId,
    }
  }
  if (filter.offset !== undefined && result.replayed + result.rejected.length === 0)
    throw new WeirError(
      'WEIR-5031',
      `no dead letter of offset ${filter.offset} is in force; it may have been replayed already`,
    )
  return result
}
