import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { freePort } from '../../../test/support/free-port.ts'
import { type RecordedTrino, recordings, startRecordedTrino } from '../../../test/support/recorded-trino.ts'
import { createTrinoClient, type TrinoClient, TrinoRefusal } from './trino-client.ts'
import { trinoError } from './trino-error.ts'

void suite('the client of Trino', () => {
  let trino: RecordedTrino
  let client: TrinoClient
  const session = { schema: 'public', timeZone: 'UTC' }
  const { signal } = new AbortController()
  before(async () => void (trino = await startRecordedTrino()))
  beforeEach(() => {
    trino.asked.length = 0
    client = createTrinoClient({ url: trino.url, user: 'ann', catalog: 'w', schema: 'public' }, 2000)
  })
  after(() => trino.stop())

  const rowsOf = async (text: string) => {
    const query = await client.run(text, session, signal)
    const rows: (readonly unknown[])[] = []
    for (let page = await query.next(signal); page; page = await query.next(signal)) rows.push(...page)
    await query.close()
    return rows
  }

  void test('follows the pages to their end, and keeps all digits', async () => {
    assert.deepEqual(await rowsOf(recordings['rows']!.text), [
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ])
    const [[big, , , , , , , , , , , , , , map] = []] = await rowsOf(recordings['types']!.text)
    assert.equal(big, 9223372036854775807n)
    assert.deepEqual(map, { '1': 'a', '9223372036854775807': 'b' })
    assert.deepEqual(await rowsOf(recordings['none']!.text), [])
    assert.ok(!trino.asked.some((asked) => asked.startsWith('DELETE')), 'what has ended is not ended')
  })

  void test('says who asks, where and when', async () => {
    trino.headers.length = 0
    await client.run('x', { schema: 'größe', timeZone: 'Europe/Berlin', prepared: { asked: 'select ?, 1' } }, signal)
    const [headers] = trino.headers
    assert.equal(headers!['x-trino-user'], 'ann')
    assert.equal(headers!['x-trino-catalog'], 'w')
    assert.equal(headers!['x-trino-schema'], 'gr%C3%B6%C3%9Fe')
    assert.equal(headers!['x-trino-time-zone'], 'Europe/Berlin')
    assert.equal(headers!['x-trino-prepared-statement'], 'asked=select%20%3F%2C%201')
    assert.equal(headers!.authorization, undefined)
    for (const [secret, expected] of [
      [{ password: 'p' }, `Basic ${Buffer.from('ann:p').toString('base64')}`],
      [{ token: 't' }, 'Bearer t'],
    ] as const) {
      trino.headers.length = 0
      await createTrinoClient({ url: trino.url, user: 'ann', catalog: 'w', schema: 's', ...secret }).run(
        'x',
        session,
        signal,
      )
      assert.ok(trino.headers.every(({ authorization }) => authorization === expected))
    }
  })

  void test('what is wrong with a statement is told with its place', async () => {
    const { text } = recordings['wrong']!
    await assert.rejects(client.run(text, session, signal), (error: TrinoRefusal) => {
      const told = trinoError(error.failure, text, (at) => at)
      assert.ok(told instanceof WeirError)
      assert.equal(told.message, "Column 'idd' cannot be resolved (COLUMN_NOT_FOUND, by Trino)")
      assert.equal(told.code, 'WEIR-6003')
      assert.deepEqual(told.details, { sqlstate: '42703', position: text.indexOf('idd') + 1 })
      return error instanceof TrinoRefusal
    })
    await assert.rejects(
      rowsOf(recordings['later']!.text),
      (error: TrinoRefusal) => error.failure.errorName === 'DIVISION_BY_ZERO',
    )
  })

  void test('asks for a page again that was lost on the way', async () => {
    const query = await client.run(recordings['rows']!.text, session, signal)
    trino.troubles.push(503, 'break', 502)
    assert.deepEqual(await query.next(signal), [
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ])
  })

  void test('gives up on one that does not come back, and says that rows are missing', async () => {
    const query = await createTrinoClient({ url: trino.url, user: 'a', catalog: 'w', schema: 's' }, 100).run(
      recordings['rows']!.text,
      session,
      signal,
    )
    trino.troubles.push(...Array.from({ length: 8 }, () => 'break' as const))
    await assert.rejects(
      async () => {
        while (await query.next(signal));
      },
      { code: 'WEIR-6015', message: /went away while it answered/ },
    )
    trino.troubles.length = 0
  })

  void test('names an address where there is no Trino, or none that lets it in', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const nowhere = createTrinoClient({ url, user: 'a', catalog: 'w', schema: 's' })
    await assert.rejects(nowhere.run('x', session, signal), {
      code: 'WEIR-6015',
      message: `Trino at ${url} cannot be reached: ECONNREFUSED`,
    })
    await assert.rejects(nowhere.version(1000), { code: 'WEIR-6015' })
    assert.equal(await client.version(1000), '476')
    trino.troubles.push(401)
    await assert.rejects(
      client.run('x', session, signal),
      (error: { details: { sqlstate: string } }) => error.details.sqlstate === '28000',
    )
  })

  void test('a query that is canceled is ended in Trino, also while nothing is known of it yet', async () => {
    trino.isHeld = true
    const canceling = new AbortController()
    const asked = assert.rejects(client.run(recordings['rows']!.text, session, canceling.signal), { message: 'enough' })
    setTimeout(() => canceling.abort(new Error('enough')), 30)
    await asked
    trino.isHeld = false
    for (const deadline = Date.now() + 5000; !trino.asked.some((one) => one.startsWith('DELETE /v1/statement/'));) {
      assert.ok(Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })

  void test('asks for one page ahead, and no further', async () => {
    const query = await client.run(recordings['rows']!.text, session, signal)
    const before = trino.asked.length
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(trino.asked.length, before, 'nothing is asked for that nobody reads')
    await query.close()
    assert.match(trino.asked.at(-1)!, /^DELETE/)
  })
})
