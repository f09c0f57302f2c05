import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'
import { makeLarge } from './large-project.ts'
import { openConsole, type ConsolePage } from './open-console.ts'
import { produceValues, waitForLedger } from './shop.ts'
import { tableTabs } from './table-tabs.ts'

const [columns, rows] = [200, 300]
const large = { name: 'big', files: 20_000, partitions: 500, snapshots: 2000, tags: 40 }
const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const columns = Object.fromEntries(Array.from({ length: ${columns} }, (_, at) => ['column_' + at, at % 2 ? 'string' : 'long']))
const from = stream('wide', { partitions: 1 })
const wide = table('wide', { columns })
const big = table('big', {
  columns: { id: 'long', region: 'string' },
  partitionBy: ['region'],
  properties: { 'history.expire.min-snapshots-to-keep': '5000' },
})
export default defineProject({
  name: 'large',
  resources: [from, wide, big, delivery('load', { from, to: wide, flush: { age: '1 s' } })],
})
`
/** What makes the page wider than the window, if anything does. */
const widest = `(() => {
  const main = document.querySelector('main')
  if (main.scrollWidth <= innerWidth) return ''
  const out = [...main.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest('.scroll, .grid, .tabs, .flow'))
  return main.scrollWidth + ': ' + out.map((one) => one.outerHTML.slice(0, 100)).join('; ')
})()`
/** What a page may have in it, however much there is to show. */
const nodesMax = 3000

void suite(
  'a table of 200 columns, and one of 2,000 snapshots, 500 partitions and 20,000 files',
  { timeout: 300_000 },
  () => {
    let browser: Browser
    let weir: RunningWeir
    let tab: ConsolePage
    let page: Page

    before(async () => {
      buildConsoleWhenStale(process.execPath)
      ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-large', project)])
      await makeLarge(weir, large)
      const value = Object.fromEntries(
        Array.from({ length: columns }, (_, at) => [`column_${at}`, at % 2 ? `text ${at}` : at]),
      )
      await produceValues(
        weir.endpoints.http,
        'wide',
        Array.from({ length: rows }, () => JSON.stringify(value)),
      )
      await waitForLedger(weir.endpoints.http, (hop) => hop.delivered === String(rows) && hop.pending === '0')
      tab = await openConsole(browser, weir.endpoints.http)
      page = tab.page
    })

    after(async () => {
      assert.deepEqual(tab?.faults, [])
      await browser?.close()
      await weir?.[Symbol.asyncDispose]()
    })

    const nodes = (): Promise<number> => page.evaluate<number>('document.querySelectorAll("*").length')

    void test('INV-CO5: of 200 columns those in sight are drawn, to the last, and each says which it is', async () => {
      await tab.open('/resources/table/wide?tab=Data')
      const grid = page.getByRole('grid', { name: 'Rows of wide' })
      await grid.getByRole('columnheader', { name: 'column_0', exact: true }).waitFor()
      // With what Weir adds to each row.
      const count = Number(await grid.getAttribute('aria-colcount'))
      assert.ok(count > columns, String(count))
      assert.ok((await nodes()) < nodesMax, String(await nodes()))
      await page.evaluate(`document.querySelector('[role="grid"]').scrollLeft = 1e6`)
      const last = grid.getByRole('columnheader').last()
      await waitUntil('the last column', async () => (await last.getAttribute('aria-colindex')) === String(count))
      const cell = grid.locator(`[role="gridcell"][aria-colindex="${columns}"]`).first()
      assert.equal(await cell.textContent(), `text ${columns - 1}`)
      const header = grid.locator(`[role="columnheader"][aria-colindex="${columns}"]`)
      assert.equal(await header.textContent(), `column_${columns - 1}`)
      assert.equal((await cell.boundingBox())!.x, (await header.boundingBox())!.x, 'each below its heading')
      assert.deepEqual(await tab.violations({ scheme: 'light', width: 1280 }), [])
    })

    void test('INV-CO5: 2,000 snapshots are a timeline that is drawn at once, and any two of them are compared by keys', async () => {
      await tab.open('/resources/table/big?tab=Snapshots')
      await page.getByText('2,000 snapshots, by time').waitFor()
      assert.ok((await nodes()) < nodesMax, String(await nodes()))
      const grid = page.getByRole('grid', { name: 'Snapshots of big' })
      await grid.focus()
      await page.keyboard.press('End')
      await page.getByRole('button', { name: 'From it' }).press('Enter')
      await page.waitForURL(/from=/)
      await page.getByRole('region', { name: 'Between them' }).or(page.getByText('Between them')).first().waitFor()
      const oldest = new URL(page.url()).searchParams.get('from')!.replaceAll('"', '')
      const from = page.getByRole('combobox', { name: 'From', exact: true })
      assert.equal(await from.inputValue(), oldest)
      assert.ok((await from.locator('option').count()) < 200)
      assert.deepEqual(await tab.violations({ scheme: 'dark', width: 1280 }), [])
      // As many as that lie near each other are one bar, and compared as one.
      const bar = page.getByRole('region', { name: 'Timeline' }).locator('g').nth(20)
      assert.match((await bar.locator('title').textContent())!, /^\d+ snapshots to .*, \+[\d,]+ -[\d,]+ rows$/)
      await bar.dispatchEvent('click')
      await page.getByText(/^[1-9][\d,]* added, [1-9][\d,]* removed$/).waitFor()
    })

    void test('INV-CO6: the history of a table at rest is read once', async () => {
      const asked: string[] = []
      page.on('request', (request) => void asked.push(new URL(request.url()).pathname))
      await page.clock.install()
      await tab.open('/resources/table/big?tab=Snapshots')
      const times = (path: string): number => asked.filter((one) => one === `/api/v1/tables/big${path}`).length
      for (let round = 2; round < 5; round++) {
        await page.clock.runFor(6000)
        await waitUntil('the table is asked about again', () => times('') >= round)
      }
      assert.equal(times('/history'), 1)
      page.removeAllListeners('request')
      await page.clock.resume()
    })

    void test('INV-CO5: partitions and files are lists of what is in sight', async () => {
      await tab.open('/resources/table/big?tab=Partitions')
      await page.getByText(/^500 partitions of snapshot/).waitFor()
      assert.ok((await nodes()) < nodesMax, String(await nodes()))
      await tab.open('/resources/table/big?tab=Files')
      await page.locator('.figure').filter({ hasText: 'Files of rows' }).getByText('20,000', { exact: true }).waitFor()
      assert.ok((await nodes()) < nodesMax, String(await nodes()))
    })

    void test('INV-CO8: a window as narrow as a telephone shows all of it: tabs and tables are scrolled, the page is not', async () => {
      await page.setViewportSize({ width: 380, height: 800 })
      for (const name of tableTabs) {
        await tab.open(`/resources/table/big?tab=${name}`)
        assert.equal(await page.evaluate<string>(widest), '', name)
        const chosen = (await page.getByRole('tab', { name, exact: true }).boundingBox())!
        assert.ok(
          chosen.x >= 0 && chosen.x + chosen.width <= 380,
          `the tab ${name} is in sight: ${JSON.stringify(chosen)}`,
        )
      }
    })

    void test('INV-CO6: what is refused is asked for once', async () => {
      const asked: string[] = []
      page.on('request', (request) => void asked.push(new URL(request.url()).pathname))
      await tab.open('/resources/table/big?tab=Data&at=nowhere')
      await page
        .getByRole('alert')
        .getByText(/nowhere/)
        .waitFor()
      assert.equal(asked.filter((path) => path === '/api/v1/sql').length, 1)
      page.removeAllListeners('request')
    })
  },
)
