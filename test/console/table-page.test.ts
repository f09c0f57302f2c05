import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import type { Snapshot } from '../../console/src/api/answers.ts'
import { taskPurposes } from '../../src/platform/supervisor/maintenance/due-task.ts'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'
import { looks, openConsole, type ConsolePage } from './open-console.ts'
import { produceValues } from './shop.ts'

const columns = `{
  id: { type: 'long', required: true, doc: 'of the order' },
  region: 'string',
  price: 'decimal(9,2)',
  placed: 'timestamptz',
  place: 'struct<city: string>',
}`
const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const orders = stream('orders', { partitions: 1 })
const rows = table('orders', {
  columns: ${columns},
  partitionBy: ['region'],
  properties: { 'compaction.min-input-files': '2' },
})
export default defineProject({
  name: 'table-page',
  resources: [
    orders,
    rows,
    table('nothing', { columns: { id: 'long' } }),
    table('broken', { columns: { id: 'long' } }),
    delivery('load', { from: orders, to: rows, flush: { age: '1 hour' } }),
  ],
})
`
const tabs = ['Data', 'Schema', 'Partitions', 'Files', 'Snapshots', 'Maintenance', 'Clients']

let browser: Browser
let weir: RunningWeir
let tab: ConsolePage
let page: Page

before(async () => {
  buildConsoleWhenStale(process.execPath)
  ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-table', project)])
  for (const commit of [0, 1, 2]) await deliver(commit)
  tab = await openConsole(browser, weir.endpoints.http)
  page = tab.page
})

after(async () => {
  assert.deepEqual(tab?.faults, [])
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

/** 300 rows of two regions, in one commit. */
async function deliver(commit: number): Promise<void> {
  const values = Array.from({ length: 300 }, (_, at) => {
    const id = commit * 300 + at
    const region = id % 2 === 0 ? 'east' : 'west'
    const placed = new Date(Date.UTC(2026, 0, 1, 0, id)).toISOString()
    const city = id === 7 ? `a city with a name that is long ${'x'.repeat(300)}` : `city ${id % 10}`
    return JSON.stringify({ id, region, price: `${id % 100}.50`, placed, place: { city } })
  })
  await produceValues(weir.endpoints.http, 'orders', values)
  await waitUntil('the rows', async () => {
    const { rows } = await call<{ rows: readonly (readonly unknown[])[] }>('POST', 'sql', {
      sql: 'select count(*)::int from orders',
    })
    return rows[0]?.[0] === (commit + 1) * 300
  })
  await call('POST', 'deliveries/load/flush', {})
}

const at = (name: string) => `/resources/table/orders?tab=${name}`
/** In light at 1280 and in dark at 1920. */
async function looksWell(what: string): Promise<void> {
  for (const look of looks.slice(0, 2)) assert.deepEqual(await tab.violations(look), [], `${what}, ${look.scheme}`)
}
const grid = (name: string) => page.getByRole('grid', { name })
const firstRow = (name: string) => grid(name).getByRole('row').nth(1)
const choice = (name: string) => page.getByRole('combobox', { name, exact: true })
const search = () => new URL(page.url()).searchParams

void test('rows are filtered by the types of their columns, sorted, paged and shown in full; the address says which', async () => {
  await tab.open(at('Data'))
  await page.getByText('Rows 1 to 500; there are more').waitFor()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('Rows 501 to 900, the last').waitFor()

  await choice('Column').selectOption('id')
  await choice('is').selectOption('≥')
  await page.getByLabel('this').fill('many')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByText('many is no long; write it like 42.').waitFor()
  const filter = page.getByRole('group', { name: 'Filter of id' })
  await filter.getByLabel('Value').fill('895')
  await page.getByText('Rows 1 to 5, the last').waitFor()
  await page.getByRole('button', { name: 'Count them' }).click()
  await page.getByText('of 5', { exact: true }).waitFor()

  const sorts = grid('Rows of orders').getByRole('columnheader', { name: 'id' })
  await sorts.getByRole('button').click()
  await sorts.getByRole('button').click()
  assert.equal(await sorts.getAttribute('aria-sort'), 'descending')
  await waitUntil('the last first', async () => (await firstRow('Rows of orders').textContent())!.startsWith('899'))
  assert.equal(search().get('sort'), '-id')
  const shared = page.url()
  await page.goto('about:blank')
  await page.goto(shared)
  await waitUntil('the same rows', async () => (await firstRow('Rows of orders').textContent())!.startsWith('899'))

  await filter.getByRole('button', { name: 'Remove the filter of id' }).click()
  await choice('Column').selectOption('place')
  assert.deepEqual(await choice('is').locator('option').allTextContents(), ['is null', 'is not null'])
  await choice('Column').selectOption('id')
  await choice('is').selectOption('=')
  await page.getByLabel('this').fill('7')
  await page.keyboard.press('Enter')
  await page.getByText('Rows 1 to 1, the last').waitFor()
  // By keyboard: the row, and all of it.
  await grid('Rows of orders').focus()
  await page.keyboard.press('ArrowDown')
  await page
    .getByRole('definition')
    .filter({ hasText: 'x'.repeat(300) })
    .waitFor()
})

void test('rows are those of a snapshot when one is chosen, and one that is not there is said', async () => {
  const { items } = await call<{ items: readonly Snapshot[] }>('GET', 'tables/orders/history')
  const early = items.find(({ rows, rowsAdded }) => rows === 300 && rowsAdded === 300)!
  await tab.open(at('Data'))
  await choice('Rows').selectOption(early.id)
  await page.getByText('Rows 1 to 300, the last').waitFor()
  await looksWell('rows')
  await page.locator('p.lead').filter({ hasText: early.id }).waitFor()
  await tab.open(`${at('Data')}&at=nowhere`)
  const alert = page.getByRole('alert')
  await alert.getByText(/no branch or tag "nowhere"/).waitFor()
  await alert.getByRole('button', { name: 'Try again' }).waitFor()
})

void test('the schema shows field ids and docs, and what each schema changed since which snapshot', async () => {
  const spec = (await call<{ spec: { columns: object } }>('GET', 'resources/table/orders')).spec
  const changed = { ...spec.columns, price: { type: 'decimal(12,2)' }, note: { type: 'string' } }
  await call('PUT', 'resources/table/orders', { spec: { ...spec, columns: changed } })
  await waitUntil('the change', async () => {
    const { schemaId } = await call<{ schemaId: number }>('GET', 'tables/orders')
    return schemaId > 0
  })
  await tab.open(at('Schema'))
  const fields = grid('Columns of orders')
  const id = fields.getByRole('row').filter({ hasText: 'of the order' })
  await id.getByText('required').waitFor()
  await fields.getByRole('row').filter({ hasText: 'place.city' }).waitFor()
  const schemas = page.getByRole('region', { name: 'Schemas' })
  await schemas.getByText(/^price widened: decimal\(9, ?2\) to decimal\(12, ?2\)$/).waitFor()
  await schemas.getByText('note added: string').waitFor()
  const { schemas: known } = await call<{ schemas: readonly { since: { snapshot: string } | null }[] }>(
    'GET',
    'tables/orders/schemas',
  )
  await schemas.getByText(new RegExp(`since snapshot ${known.at(-1)!.since!.snapshot} of`)).waitFor()
  await page
    .getByRole('region', { name: /^Partition specs/ })
    .getByText('region')
    .waitFor()
  await page
    .getByRole('region', { name: /^Sort orders/ })
    .getByText('not sorted')
    .waitFor()
  await looksWell('schema')
})

void test('partitions are sorted by any of their figures and lead to their files; a file shows its bounds', async () => {
  await tab.open(at('Partitions'))
  await page.getByText(/^2 partitions of snapshot/).waitFor()
  await looksWell('partitions')
  const bytes = grid('Partitions of orders').getByRole('columnheader', { name: 'Bytes' })
  await bytes.getByRole('button').click()
  await page.waitForURL(/order=bytes/)
  await waitUntil('the order', async () => (await bytes.getAttribute('aria-sort')) === 'descending')
  await grid('Partitions of orders')
    .getByRole('row')
    .filter({ hasText: 'region=east' })
    .getByRole('link', { name: 'Files of region=east' })
    .click()
  const files = grid('Files of orders')
  await waitUntil('the files of the partition', async () => (await files.getAttribute('aria-rowcount')) === '4')
  await page.locator('.figure').filter({ hasText: 'Small files' }).getByText('3', { exact: true }).waitFor()
  const sizes = page.getByRole('region', { name: 'Sizes of the files of rows' })
  await sizes.getByRole('row').filter({ hasText: 'below 64 KiB' }).getByText('3', { exact: true }).waitFor()
  await files.focus()
  await page.keyboard.press('ArrowDown')
  const bounds = page.getByRole('group', { name: 'Counts and bounds of its columns' })
  const region = bounds.getByRole('row').filter({ hasText: 'region' })
  await waitUntil('both bounds', async () => (await region.getByText('east', { exact: true }).count()) === 2)
  await looksWell('files')
  await choice('Content').selectOption('deletes')
  await page.getByText('No file is as the filters say.').waitFor()
})

void test('a compaction is looked at before it is done, and is written down with what it saved', async () => {
  await tab.open(at('Maintenance'))
  await page.getByText('No run has changed anything yet.').waitFor()
  await page.getByRole('button', { name: 'Compact now …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(/^6 files of .* become 2 of about/).waitFor()
  await dialog.getByRole('button', { name: 'Compact it' }).click()
  await dialog.getByText(/6 files of .* became 2 of/).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  const runs = grid('Runs on orders')
  await runs.getByRole('row').filter({ hasText: 'compact' }).click()
  const groups = page.getByRole('group', { name: 'Groups of the run' })
  await groups.getByRole('row').filter({ hasText: 'region=east' }).waitFor()
  const { savedBytes } = await call<{ savedBytes: number }>('GET', 'tables/orders/maintenance')
  assert.ok(savedBytes > 0, String(savedBytes))
  const saved = page.locator('.figure').filter({ hasText: 'Bytes saved for readers' })
  assert.match((await saved.textContent())!, /[1-9][\d.]* [KM]?B/)
  const tasks = page.getByRole('region', { name: 'Tasks' })
  // INV-CO7: what a task does is said by its declaration, as in the help of the command.
  for (const [task, purpose] of Object.entries(taskPurposes))
    await tasks.getByRole('row').filter({ hasText: task }).getByText(purpose).waitFor()
  await tasks
    .getByRole('row')
    .filter({ hasText: 'remove orphans' })
    .getByText(/^in \d+ h$/)
    .waitFor()
  await tasks.getByRole('button', { name: 'Run now … rewrite manifests' }).click()
  await dialog.getByText(/^It would: \d+ manifests of .* become \d+ of about/).waitFor()
  await dialog.getByRole('button', { name: 'Run it' }).click()
  await dialog.getByText(/^● \d+ manifests of .* become \d/).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await runs.getByRole('row').filter({ hasText: 'rewrite manifests' }).waitFor()
  await tasks.getByRole('button', { name: 'Run now … expire snapshots' }).click()
  await dialog.getByText('It would: nothing to do.').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await looksWell('maintenance')
})

void test('the timeline shows what each snapshot did, compares it, and the list says how to go back', async () => {
  await tab.open(at('Snapshots'))
  const { items } = await call<{ items: readonly Snapshot[] }>('GET', 'tables/orders/history')
  await page.getByRole('img', { name: new RegExp(`by ${items.length} snapshots from`) }).waitFor()
  const marks = page.getByRole('region', { name: 'Timeline' }).locator('g')
  assert.equal(await marks.count(), items.length)
  const second = items.findIndex(({ rows, rowsAdded }) => rows === 600 && rowsAdded === 300)
  // Snapshots may lie so near that one covers the other.
  await marks.nth(items.length - 1 - second).dispatchEvent('click')
  await page.getByText('300 added, 0 removed').waitFor()
  assert.equal(search().get('to')?.replaceAll('"', ''), items[second]!.id)
  await looksWell('snapshots')
  await grid('Snapshots of orders').getByRole('row').filter({ hasText: items[second]!.id }).click()
  await page.getByText(`weir table rollback orders ${items[second]!.id} --dry-run`).waitFor()
  await page.getByRole('link', { name: `its rows, of snapshot ${items[second]!.id}` }).click()
  await page.getByText('Rows 1 to 500; there are more').waitFor()
  assert.equal(search().get('at')?.replaceAll('"', ''), items[second]!.id)
})

void test('the lines of other programs are those of the command, to be copied', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await tab.open(at('Clients'))
  const { items } = await call<{ items: readonly { name: string; title: string; text: string }[] }>(
    'GET',
    'tables/orders/clients',
  )
  await page.getByRole('button', { name: 'Copy the lines of Python, PyIceberg' }).click()
  await page.getByText('✓ Copied').waitFor()
  const copied = await page.evaluate<string>('navigator.clipboard.readText()')
  assert.equal(copied, items.find(({ name }) => name === 'pyiceberg')!.text)
  await looksWell('clients')
  for (const { title } of items) await page.getByRole('region', { name: title }).waitFor()
})

void test('a table without a commit says so on every tab, and one that cannot be read says why and what to do', async () => {
  for (const name of tabs) {
    await tab.open(`/resources/table/nothing?tab=${name}`)
    for (const look of looks.slice(0, 2))
      assert.deepEqual(await tab.violations(look), [], `${name}, empty, ${look.scheme}`)
    if (!['Schema', 'Clients'].includes(name)) await page.locator('.empty').waitFor()
  }
  const lake = join(weir.folder, '.weir/lake')
  for (const file of readdirSync(lake, { recursive: true, encoding: 'utf8' }))
    if (file.includes('broken') && file.endsWith('.metadata.json')) rmSync(join(lake, file))
  for (const name of tabs.filter((one) => one !== 'Maintenance')) {
    await tab.open(`/resources/table/broken?tab=${name}`)
    await page.getByRole('alert').first().waitFor()
    await page.getByRole('button', { name: 'Try again' }).first().waitFor()
    assert.deepEqual(await tab.violations(looks[1]!), [], `${name}, with an error`)
  }
})
