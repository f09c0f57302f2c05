import { isDeepStrictEqual } from 'node:util'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import { applyViewUpdates } from '../view/apply-view-updates.ts'
import type { ViewMetadata } from '../view/view-metadata.ts'
import type { ViewUpdate } from '../view/view-update.ts'
import { printed } from './namespace-routes.ts'
import type { TableIdent } from './pointer-store.ts'
import { noSuchView, RestError } from './rest-error.ts'
import { discard, swapOrUnknown, type CommitContext } from './table-commit.ts'

export interface ViewChange {
  readonly view: TableIdent
  /** What the view must be (`assert-view-uuid`). */
  readonly uuids: readonly string[]
  readonly updates: readonly ViewUpdate[]
}

export interface CommittedView {
  readonly location: string
  readonly metadata: ViewMetadata
}

const attemptsMax = 8

/**
 * As a table's: the metadata file is durable, then the swap, then the answer. A view has no requirement but its uuid, so
 * a commit that lost the race is applied to what the view is now.
 */
export async function commitView(change: ViewChange, context: CommitContext): Promise<CommittedView> {
  const { view, updates } = change
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const from = await context.pointers.viewPointer(view)
    if (from === undefined) throw noSuchView(printedView(view))
    const current = await context.views.read(from)
    refuseOther(current, change)
    const metadata = asArgument(() => applyViewUpdates(current, updates, context.now()))
    if (isDeepStrictEqual(metadata, current)) return { location: from, metadata }
    const location = await context.views.write(metadata, from)
    const { swapped } = await swapOrUnknown(
      context.pointers,
      [{ table: view, kind: 'view', from, to: location }],
      context.receipt({ status: 200, view: location }),
    )
    if (swapped) return { location, metadata }
    await discard([location], context.objects)
  }
  const message = `The view ${printedView(view)} changed ${attemptsMax} times meanwhile`
  throw new RestError(409, 'CommitFailedException', message)
}

/** Dropped and made again, it is another view. */
function refuseOther(current: ViewMetadata, { uuids }: ViewChange): void {
  const found = current['view-uuid'].toLowerCase()
  const expected = uuids.find((uuid) => uuid.toLowerCase() !== found)
  if (expected === undefined) return
  const message = `Requirement failed: view UUID does not match: expected ${expected} != ${found}`
  throw new RestError(409, 'CommitFailedException', message)
}

/** What a view cannot be is an IllegalArgumentException to Java's client, and to the compatibility kit. */
export function asArgument<T>(make: () => T): T {
  try {
    return make()
  } catch (thrown) {
    const error = asWeirError(thrown)
    if (error.kind !== 'invalid') throw thrown
    throw new RestError(400, 'IllegalArgumentException', `${error.message} (${error.code})`)
  }
}

export function printedView(view: TableIdent): string {
  return printed([...view.namespace, view.name])
}
