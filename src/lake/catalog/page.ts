import type { Page } from './pointer-store.ts'
import { RestError } from './rest-error.ts'

const limitMax = 1000

/**
 * One page, or everything for a client that sends no `pageToken`, not even an empty one: it would not ask for the rest
 * (REST specification, PageToken). The token is the last name of the page before.
 */
export async function readPage(
  query: Readonly<Record<string, string>>,
  read: (page: Page) => Promise<readonly string[]>,
): Promise<{ readonly items: readonly string[]; readonly token: string | null }> {
  const asked = query['pageSize']
  const token = query['pageToken']
  let after = token === undefined || token === '' ? undefined : decode(token)
  const limit = asked === undefined ? limitMax : Math.min(Number(asked), limitMax)
  if (!(limit >= 1)) throw new RestError(400, 'BadRequestException', `pageSize ${asked} is not a number above 0`)
  const items: string[] = []
  for (;;) {
    const page = await read({ limit, ...(after === undefined ? {} : { after }) })
    items.push(...page)
    after = page.at(-1)
    const more = page.length === limit
    if (!more) return { items, token: null }
    if (token !== undefined) return { items, token: encode(after!) }
  }
}

function encode(name: string): string {
  return Buffer.from(name).toString('base64url')
}

function decode(token: string): string {
  return Buffer.from(token, 'base64url').toString()
}
