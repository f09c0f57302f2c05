import { kafkaErrors } from '../../../src/stream/protocol/errors.ts'
import type { Ask } from './asks.ts'

const denied: ReadonlyMap<number, string> = new Map(
  Object.entries(kafkaErrors)
    .filter(([name]) => name.endsWith('_AUTHORIZATION_FAILED'))
    .map(([name, code]) => [code, name.replace('_AUTHORIZATION_FAILED', '')]),
)
const notAsked = -(2 ** 31)
/** Of these lists it matters what is in them: others are complete whoever asks. */
const shown = new Set([
  'Metadata topics',
  'ListGroups groups',
  'OffsetFetch topics',
  'ListTransactions transactionStates',
])

/** What an answer says about permissions, and nothing else: all other errors are those of somebody who was let through. */
export function summary({ api }: Ask, answer: object, topicId: string): string {
  const found: string[] = []
  function walk(value: unknown, path: string): void {
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return
    for (const [key, inner] of Object.entries(value)) {
      const here = path === '' ? key : `${path}.${key}`
      const code = /errorCode$/i.test(key) ? denied.get(inner as number) : undefined
      if (code !== undefined) found.push(`${here} ${code}`)
      if (/AuthorizedOperations$|^authorizedOperations$/.test(key) && inner !== notAsked)
        found.push(`${here} ${inner as number}`)
      if (!Array.isArray(inner)) walk(inner, here)
      else
        for (const [at, one] of inner.entries()) {
          const label = labelOf(one, at).replace(topicId, 'id')
          if (shown.has(`${api.name} ${key}`) && !label.startsWith('__')) found.push(`${here}[${label}]`)
          if (!label.startsWith('__')) walk(one, `${here}[${label}]`)
        }
    }
  }
  walk(answer, '')
  return [...new Set(found)].toSorted((a, b) => (a < b ? -1 : 1)).join(', ') || 'allowed'
}

function labelOf(one: unknown, at: number): string {
  if (typeof one !== 'object' || one === null) return String(at)
  const { name, topic, topicId, groupId, key, transactionalId, user, resourceName } = one as Record<
    string,
    string | null
  >
  const zero = '00000000-0000-0000-0000-000000000000'
  return (
    name ||
    topic ||
    groupId ||
    key ||
    transactionalId ||
    user ||
    resourceName ||
    (topicId !== zero && topicId) ||
    String(at)
  )
}
