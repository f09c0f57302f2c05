import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'
import { looks, openConsole } from './open-console.ts'
import { produceValues, waitForLedger } from './shop.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const orders = stream('orders', { partitions: 1 })
const rows = table('orders', { columns: { id: 'long' } })
export default defineProject({
  name: 'snapshots',
  resources: [orders, rows, delivery('load', { from: orders, to: rows, flush: { age: '1 hour' } })],
})
`

let browser: Browser
let weir: RunningWeir

before(async () => {
  buildConsoleWhenStale(process.execPath)
  ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-snapshots', project)])
})
after(async () => {
  await browser?.close()
  await weir?.[Symbol.asyncDispose]()
})

async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) }
  const response = await fetch(`${weir.endpoints.http}/api/v1/${path}`, init)
  assert.ok(response.ok, `${path}: ${await response.clone().text()}`)
  return (await response.json()) as Answer
}

async function commit(count: number, total: number): Promise<void> {
  await produceValues(
    weir.endpoints.http,
    'orders',
    Array.from({ length: count }, (_, id) => JSON.stringify({ id })),
  )
  await waitUntil('the rows', async () => {
    const { rows } = await call<{ rows: readonly (readonly unknown[])[] }>('POST', 'sql', {
      sql: 'select count(*)::int from orders',
    })
    return rows[0]?.[0] === total
  })
  await call('POST', 'deliveries/load/flush', {})
  await waitForLedger(weir.endpoints.http, ({ delivered }) => delivered === String(total))
}

void test('the snapshots of a table, what lies between two of them, and the line that reads one', async () => {
  const { page, faults, open, violations } = await openConsole(browser, weir.endpoints.http)
  await commit(3, 3)
  const { snapshot } = await call<{ snapshot: string }>('PUT', 'tables/orders/refs/v1', { type: 'tag' })
  await commit(5, 8)
  const { items } = await call<{ items: readonly { readonly id: string }[] }>('GET', 'tables/orders/history')
  const last = items[0]!.id

  await open('/resources/table/orders')
  await page.getByRole('tab', { name: 'Snapshots' }).click()
  const grid = page.getByRole('grid', { name: 'Snapshots of orders' })
  await grid.getByText(last, { exact: true }).waitFor()
  await grid.getByText('main', { exact: true }).waitFor()
  await grid.getByText('v1', { exact: true }).waitFor()
  for (const look of looks.slice(0, 2)) assert.deepEqual(await violations(look), [], look.scheme)

  // The last commit, at first.
  const between = page.locator('section', { has: page.getByRole('heading', { name: 'Between them' }) })
  await between.getByText('5 added, 0 removed').waitFor()
  await between.getByText('the same').waitFor()
  await page.getByRole('combobox', { name: /^to/ }).selectOption(snapshot)
  await page.getByRole('combobox', { name: /^From/ }).selectOption(last)
  await between.getByText('0 added, 5 removed').waitFor()
  const ends = new URL(page.url()).searchParams
  assert.deepEqual(
    [ends.get('from'), ends.get('to')].map((id) => id?.replaceAll('"', '')),
    [last, snapshot],
  )
  await page.reload()
  await between.getByText('0 added, 5 removed').waitFor()

  // By keyboard: the oldest, and the line that reads it.
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  const line = page.getByText(/^weir sql 'select \* from "orders" at \(version => \d+\) limit 1000'$/)
  assert.match((await line.textContent())!, new RegExp(last))
  await page.keyboard.press('Enter')
  await between.getByText('5 added, 0 removed').waitFor()

  const text = (await between.locator('code').textContent())!
  const { rows } = await call<{ rows: readonly (readonly unknown[])[] }>('POST', 'sql', { sql: text })
  assert.deepEqual(
    rows.map(([change]) => change),
    Array(5).fill('added'),
  )
  assert.deepEqual(faults, [])
  await page.close()
})
