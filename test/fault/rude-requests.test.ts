import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { routeRules } from '../../src/server/access/route-rules.ts'
import { governWeir, passwords } from '../support/governed-weir.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'

const names = [
  'orders',
  'by_customer',
  '%2e%2e',
  '%00',
  '%',
  '%E0%A4%A',
  encodeURIComponent('💥'),
  "a'b%22c",
  '__proto__',
  'constructor',
  '-1',
  '0',
  'x'.repeat(500),
  'x'.repeat(5000),
  encodeURIComponent('../../etc/passwd'),
]
const parameters =
  'limit cursor at order content partition path from to before skip leftOut kind prefix tags state n type allowDestructive offset timeoutMs ref grep has'.split(
    ' ',
  )
const values = [
  '',
  '-1',
  '0',
  '1',
  '1e999',
  'NaN',
  '9'.repeat(30),
  '0x10',
  '%00',
  '%F0%9F%92%A5',
  '2026-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '999999-99-99',
  'main',
  '__proto__',
  'WyJ4Il0',
  Buffer.from('["1",{"by":1,"path":"x"}]').toString('base64url'),
  Buffer.from(`["${'9'.repeat(25)}",{"by":null}]`).toString('base64url'),
  'x'.repeat(9000),
]
const bodies = [
  undefined,
  '',
  '{}',
  '[]',
  'null',
  '"x"',
  '{',
  '\0\x01\xff',
  '{"sql":"select 1; select \'"}',
  '{"sql":"\\u0000"}',
  '{"__proto__":{"a":1},"constructor":null}',
  '{"at":"999999999999999999999","type":"tag","to":"x","expected":"0","from":"1"}',
  '{"kind":"table","name":"..","spec":{"columns":{"a":"list<list<list<"}}}',
  `{"spec":${'['.repeat(5000)}${']'.repeat(5000)}}`,
  `{"kind":"view","name":"v","spec":{"sql":"${'('.repeat(3000)}"}}`,
  `{"delivery":"x","records":[{"value":1}],"dryRun":"yes","topic":null}`,
]

/** The status that a route answers; `ended` when it was not answered within its time, as streams of events are not. */
function ask(
  port: number,
  method: string,
  path: string,
  body: string | undefined,
  token: string,
): Promise<number | 'ended'> {
  return new Promise((resolve) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: { authorization: token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      },
      (answer) => {
        answer.resume().on('error', () => undefined)
        resolve(answer.statusCode!)
        setTimeout(() => asked.destroy(), 200).unref()
      },
    )
    asked.on('error', () => resolve('ended'))
    asked.setTimeout(15_000, () => asked.destroy())
    asked.end(body)
  })
}

function asking(route: string, random: Random): { readonly path: string; readonly body: string | undefined } {
  const path = route.split(' ')[1]!.replaceAll(/:\w+|\*/g, () => random.oneOf(names))
  const query = Array.from({ length: random.pick(4) }, () => `${random.oneOf(parameters)}=${random.oneOf(values)}`)
  return { path: query.length === 0 ? path : `${path}?${query.join('&')}`, body: random.oneOf(bodies) }
}

void test(
  'whatever is asked of whichever route, by whom it is for and by whom it is not: it is answered, and nothing fails inside',
  { timeout: 240_000 },
  async (context) => {
    const random = seededRandom(chosenSeed(context))
    await using weir = await governWeir()
    const port = Number(new URL(weir.http).port)
    const basic = `Basic ${Buffer.from(`ana:${passwords.user('ana')}`).toString('base64')}`
    const failures: string[] = []
    let answered = 0
    for (const [route] of routeRules) {
      const [method = ''] = route.split(' ')
      for (let n = 0; n < 14; n++) {
        const { path, body } = asking(route, random)
        const status = await ask(port, method, path, body, n % 4 === 0 ? basic : `Bearer ${passwords.token}`)
        if (status !== 'ended') answered++
        if (status === 500) failures.push(`${status} ${method} ${path.slice(0, 300)} ${body?.slice(0, 100) ?? ''}`)
      }
    }
    context.diagnostic(`${answered} answers`)
    assert.deepEqual(failures, [])
    assert.ok(answered > routeRules.size * 10, `${answered} answers of ${routeRules.size} routes`)
    assert.equal((await weir.sql('weir', 'select count(*)::int as n from orders')).rows[0].n, 3)
  },
)
