import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { looks, openConsole, type ConsolePage } from './open-console.ts'
import { produceValues, waitForLedger } from './shop.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const events = stream('events', { partitions: 1 })
const rows = table('events', { columns: { id: 'long', note: 'string' } })
const load = delivery('events-to-lake', { from: events, to: rows, flush: { age: '1 s' } })
export default defineProject({ name: 'letters', resources: [events, rows, load] })
`
const wrong = { number: 2400, field: 7, json: 2 }
const all = wrong.number + wrong.field + wrong.json

let browser: Browser
let weir: RunningWeir
let tab: ConsolePage
let page: Page
let letters: Locator

before(async () => {
  buildConsoleWhenStale(process.execPath)
  ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-letters', project)])
  const { http } = weir.endpoints
  await produceValues(http, 'events', [
    ...Array.from({ length: wrong.number }, (_, id) => JSON.stringify({ id: `x${id}` })),
    ...Array.from({ length: wrong.field }, (_, id) => JSON.stringify({ id, colour: 'red' })),
    ...Array.from({ length: wrong.json }, () => '{"id": '),
    JSON.stringify({ id: 1, note: 'fits' }),
  ])
  await waitForLedger(http, (hop) => hop.rejected === String(all) && hop.pending === '0')
  tab = await openConsole(browser, http)
  page = tab.page
  letters = page.getByRole('grid', { name: 'Dead letters' })
})

beforeEach(() => tab.open('/dead-letters'))

after(async () => {
  await browser?.close()
  await weir?.[Symbol.asyncDispose]()
})

const count = async (): Promise<number> => Number(await letters.getAttribute('aria-rowcount')) - 1

void test('all of them can be reached: the next thousand comes as one goes down', async () => {
  await page.getByText(`The first 1,000 of ${all.toLocaleString('en-US')} are here`).waitFor()
  assert.equal(await count(), 1000)
  await letters.focus()
  await page.keyboard.press('End')
  await page.getByText('The first 2,000 of').waitFor()
  await page.keyboard.press('End')
  await page.getByText(`All ${all.toLocaleString('en-US')} are here`).waitFor()
  assert.equal(await count(), all)
  await page.keyboard.press('End')
  await page.getByRole('heading', { name: `Partition 0, offset ${all - 1}` }).waitFor()
})

void test('a kind, words of the reason and a partition filter them; the address keeps the filter', async () => {
  await page.getByLabel('Kind').selectOption({ label: 'A record has a field that its table does not have' })
  await page.getByText(`All ${wrong.field} like that are here`).waitFor()
  await page.reload()
  await page.getByText(`All ${wrong.field} like that are here`).waitFor()
  await page.getByText('weir dead-letters events-to-lake --code WEIR-5003 --replay').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('nothing of the kind')
  await page
    .getByText(`None of the ${all.toLocaleString('en-US')} dead letters of events-to-lake is like that`)
    .waitFor()
  for (const look of looks.slice(0, 2)) assert.deepEqual(await tab.violations(look), [], look.scheme)
})

void test('those chosen are replayed and no others; then those of a filter', async () => {
  await addColumn(weir.endpoints.iceberg, 'colour')
  await page.getByLabel('Kind').selectOption('WEIR-5003')
  await page.getByText(`All ${wrong.field} like that are here`).waitFor()
  await letters.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  for (const look of looks.slice(0, 2)) assert.deepEqual(await tab.violations(look), [], look.scheme)
  await replay('the 2 chosen')
  await page.getByText('2 replayed, 0 still do not fit.').waitFor()
  await page.getByText(`All ${wrong.field - 2} like that are here`).waitFor()
  await replay(`the ${wrong.field - 2} filtered`)
  await page.getByText(`${wrong.field - 2} replayed, 0 still do not fit.`).waitFor()
  await page.getByText(`${(all - wrong.field).toLocaleString('en-US')} in force`).waitFor()
})

void test('a delivery that there is not is said to be none', async () => {
  await tab.open('/dead-letters?delivery=elsewhere')
  await page.getByText('There is no delivery called elsewhere.').waitFor()
})

async function replay(what: string): Promise<void> {
  await page.getByRole('button', { name: `Replay ${what} …` }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Replay ${what}` })
    .click()
}

interface Loaded {
  readonly metadata: {
    readonly 'current-schema-id': number
    readonly 'last-column-id': number
    readonly schemas: readonly { readonly 'schema-id': number; readonly fields: readonly object[] }[]
  }
}

/** As any Iceberg client would. */
async function addColumn(iceberg: string, name: string): Promise<void> {
  const url = `${iceberg.replace(/\/$/, '')}/v1/namespaces/public/tables/events`
  const { metadata } = (await (await fetch(url)).json()) as Loaded
  const schema = metadata.schemas.find((each) => each['schema-id'] === metadata['current-schema-id'])!
  const field = { id: metadata['last-column-id'] + 1, name, required: false, type: 'string' }
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      requirements: [{ type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] }],
      updates: [
        { action: 'add-schema', schema: { ...schema, fields: [...schema.fields, field] }, 'last-column-id': field.id },
        { action: 'set-current-schema', 'schema-id': -1 },
      ],
    }),
  })
  assert.ok(response.ok, await response.text())
}
