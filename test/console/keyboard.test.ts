import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { openConsole, settled, type ConsolePage } from './open-console.ts'
import { fillShop, produced, rejected, shopProject } from './shop.ts'

let browser: Browser
let shop: RunningWeir
let tab: ConsolePage
let page: Page

before(async () => {
  buildConsoleWhenStale(process.execPath)
  ;[browser, shop] = await Promise.all([startChromium(), startWeir('console-keys', shopProject)])
  await fillShop(shop.endpoints.http)
  tab = await openConsole(browser, shop.endpoints.http)
  page = tab.page
})

beforeEach(() => tab.open('/'))

after(async () => {
  await browser?.close()
  await shop?.[Symbol.asyncDispose]()
})

void test('Ctrl-K opens a resource by a few letters; Esc closes', async () => {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('combobox').waitFor({ state: 'detached' })
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').pressSequentially('orders-to')
  await page.getByRole('option', { name: 'orders-to-lake delivery' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/resources/delivery/orders-to-lake')
})

void test('/ filters a list, arrows move in it, Enter opens; the filter is in the address', async () => {
  await tab.open('/resources/stream')
  await page.keyboard.press('/')
  await page.keyboard.type('ord')
  await page.waitForURL('**prefix=ord**')
  const list = page.getByRole('grid', { name: 'Streams' })
  await list.getByRole('link', { name: 'clicks' }).waitFor({ state: 'detached' })
  await list.focus()
  await page.keyboard.press('ArrowDown')
  assert.equal(await list.locator('[aria-selected="true"]').count(), 1)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/resources/stream/orders')
})

void test('arrows move between tabs and through records; the chosen record is shown in full', async () => {
  await tab.open('/resources/stream/orders')
  await page.getByRole('tab', { name: 'Overview' }).focus()
  await page.keyboard.press('ArrowRight')
  await page.waitForURL('**tab=Data**')
  const records = page.getByRole('grid', { name: 'Records of orders' })
  await records.focus()
  await page.keyboard.press('End')
  await page.getByRole('heading', { name: /^Partition \d, offset \d+$/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: /^Partition \d, offset/ }).waitFor({ state: 'detached' })
})

void test('a query shows its rows, a chart, and is remembered', async () => {
  await tab.open('/sql')
  await page.locator('.cm-content').click()
  await page.keyboard.type('select customer, orders from orders_by_customer')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Enter')
  const rows = page.getByRole('grid', { name: 'Result' })
  await rows.getByText('barbara').waitFor()
  assert.equal(await rows.getAttribute('aria-rowcount'), '7')
  await page.getByRole('tab', { name: 'Chart' }).click()
  await page.locator('.chart canvas').waitFor()
  await tab.open('/sql')
  await page.getByRole('button', { name: /^select customer, orders from/ }).waitFor()
})

void test('a query that fails shows why, with a way to the explanation', async () => {
  await tab.open('/sql?q=select%20nothing%20from%20nowhere')
  await page.getByRole('button', { name: /^Run/ }).click()
  await page.getByRole('alert').getByText('nowhere').waitFor()
})

void test('verify shows the proof', async () => {
  await tab.open('/ledger')
  await page.getByRole('button', { name: 'Verify against the data' }).click()
  await page.getByText('✓ proven').waitFor()
  await page.getByText(/no gap, no duplicate/).waitFor()
})

void test('dead letters are shown in full, lead to the records around them, and are replayed after a look', async () => {
  await tab.open('/dead-letters')
  const letters = page.getByRole('grid', { name: 'Dead letters' })
  assert.equal(await letters.getAttribute('aria-rowcount'), String(rejected + 1))
  await letters.focus()
  await page.keyboard.press('ArrowDown')
  await page.getByRole('link', { name: 'the records around it' }).waitFor()
  await page.getByRole('button', { name: `Replay all ${rejected} …` }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Replay all ${rejected}` })
    .click()
  await page.getByText(`0 replayed, ${rejected} still do not fit.`).waitFor()
  await tab.open('/activity')
  await page.getByRole('grid', { name: 'Activity' }).getByText('replay', { exact: true }).waitFor()
})

void test('the Spec tab shows the TypeScript that declares it', async () => {
  await tab.open('/resources/delivery/orders-to-lake?tab=Spec')
  const text = await page.locator('pre.code').textContent()
  assert.equal(
    text,
    `const ordersToLake = delivery('orders-to-lake', {\n  from: orders,\n  to: ordersTable,\n  flush: { age: '1 s' },\n})\n`,
  )
})

void test('a lost connection is shown at once and heals by itself', async () => {
  await page.route('**/api/v1/events', (route) => route.abort())
  await tab.open('/')
  await page.getByText('Weir does not answer').waitFor()
  await page.unroute('**/api/v1/events')
  await page.getByText('Weir does not answer').waitFor({ state: 'detached' })
  await settled(page)
  await page.getByText(produced.toLocaleString('en-US')).first().waitFor()
})

void test('figures that cannot be read again stay, with their age, until they can', async () => {
  await tab.open('/ledger')
  await page.getByText('✓ adds up').waitFor()
  await page.route('**/api/v1/ledger', (route) => route.abort())
  await page.getByText('What you see may be old').waitFor()
  await page
    .getByText(/^\d+ s old$/)
    .first()
    .waitFor()
  assert.ok(await page.getByText('✓ adds up').isVisible())
  await page.unroute('**/api/v1/ledger')
  await page.getByText('What you see may be old').waitFor({ state: 'detached' })
})
