import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'
import { looks, openConsole, type ConsolePage } from './open-console.ts'

const project = `import { crawler, defineProject, view } from 'weir-data'
export default defineProject({
  name: 'crawler-page',
  resources: [
    crawler('raw-sales', { path: './data', table: 'sales' }),
    view('by_day', { sql: 'select day, count(*) as n from sales group by 1' }),
  ],
})
`

let browser: Browser
let weir: RunningWeir
let tab: ConsolePage
let page: Page

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const place = join(weir.folder, 'data', path)
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, text)
  }
}

before(async () => {
  buildConsoleWhenStale(process.execPath)
  ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-crawler', project)])
  tab = await openConsole(browser, weir.endpoints.http)
  page = tab.page
})

after(async () => {
  assert.deepEqual(tab?.faults, [])
  await browser?.close()
  await weir?.[Symbol.asyncDispose]()
})

void test('a crawler without a folder says so, and its view waits for it by name', async () => {
  await tab.open('/resources/crawler/raw-sales')
  await page
    .getByText(/data.*not there/)
    .first()
    .waitFor()
  await tab.open('/resources/view/by_day')
  await page
    .getByText(/waits for the first crawl of raw-sales, which makes the table public\.sales/)
    .first()
    .waitFor()
})

void test('crawl now shows what was found and why, what was left out, and a value that decided', async () => {
  write({
    'day=2024-01-01/a.ndjson': '{"id":1,"who":{"name":"x"},"n":1}\n{"id":2,"n":"x"}\n',
    'day=2024-01-01/b.ndjson': '{"id":3}\n',
    'day=2024-01-02/broken.ndjson': '{"id":\n',
  })
  await tab.open('/resources/crawler/raw-sales?tab=Files')
  await page.getByRole('button', { name: 'Crawl now' }).click()
  await page.getByText('The table is what this crawl found.').waitFor()
  const grid = page.getByRole('grid', { name: 'Files of raw-sales' })
  await grid.getByText('day=2024-01-01/a.ndjson').click()
  await page.getByText('JSON objects, one a line').waitFor()
  const columns = page.getByRole('table', { name: 'Columns of day=2024-01-01/a.ndjson' })
  assert.deepEqual(await columns.getByRole('row', { name: 'n string' }).getByRole('cell').allTextContents(), [
    'n',
    'string',
    'row 2: "x"',
  ])
  await columns.getByText('struct<name: string>').waitFor()
  await page.getByRole('combobox', { name: 'Files' }).selectOption('left out')
  await page.getByText('1 files of the last crawl').waitFor()
  await grid.getByText('day=2024-01-02/broken.ndjson').click()
  await page.getByText(/Left out, unreadable: /).waitFor()

  await page.getByRole('tab', { name: 'Overview' }).click()
  await page.getByText('1 unreadable').waitFor()
  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByText('crawl', { exact: true }).first().waitFor()
  // The view is one now.
  await waitUntil('the view has rows', async () => {
    const body = JSON.stringify({ sql: 'select n::int from by_day' })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${weir.endpoints.http}/api/v1/sql`, { method: 'POST', headers, body })
    return answer.ok && /3/.test(await answer.text())
  })
  await tab.open('/resources/view/by_day')
  await page.getByText('Active').first().waitFor()
})

void test('axe finds nothing, in light and dark', async () => {
  for (const look of looks.slice(0, 2)) {
    await tab.open('/resources/crawler/raw-sales?tab=Files')
    await page.getByRole('grid', { name: 'Files of raw-sales' }).getByText('day=2024-01-01/a.ndjson').click()
    assert.deepEqual(await tab.violations(look), [])
  }
})
