import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { looks, openConsole, type ConsolePage } from './open-console.ts'
import { fillShop, produced, rejected, shopProject } from './shop.ts'

let browser: Browser
let shop: RunningWeir
let tab: ConsolePage
let page: Page
const delivered = produced - rejected

before(async () => {
  buildConsoleWhenStale(process.execPath)
  ;[browser, shop] = await Promise.all([startChromium(), startWeir('console-graph', shopProject)])
  await fillShop(shop.endpoints.http)
  tab = await openConsole(browser, shop.endpoints.http)
  page = tab.page
})

after(async () => {
  await browser?.close()
  await shop?.[Symbol.asyncDispose]()
})

const written = () => page.getByRole('button', { name: /^delivery orders-to-lake to table orders/ })
const facts = (from: string, to: string) => page.getByRole('region', { name: `From ${from} to ${to}` })

void test('a line of a delivery shows the counts of its hop; the address keeps it', async () => {
  await tab.open('/')
  await written().click()
  const panel = facts('delivery orders-to-lake', 'table orders')
  for (const text of [
    `${produced.toLocaleString('en-US')} records`,
    `${delivered.toLocaleString('en-US')} rows`,
    `${rejected} dead letters in force`,
    '✓ adds up',
  ])
    await panel.getByText(text).waitFor()
  for (const look of looks.slice(0, 2)) assert.deepEqual(await tab.violations(look), [], look.scheme)
  await page.reload()
  await panel.getByRole('link', { name: 'by partition' }).click()
  await page.waitForURL('**/ledger?hop=orders-to-lake')
})

void test('keys reach a line, open and close it', async () => {
  await tab.open('/')
  await written().focus()
  await page.keyboard.press('Enter')
  await facts('delivery orders-to-lake', 'table orders').waitFor()
  await page.keyboard.press('Escape')
  await facts('delivery orders-to-lake', 'table orders').waitFor({ state: 'detached' })
  assert.ok(!page.url().includes('edge='))
})

void test('the line itself can be hit, not only its words', async () => {
  await tab.open('/')
  const line = page.locator('[data-id="stream/orders>delivery/orders-to-lake"] .react-flow__edge-interaction')
  const { x, y, height } = (await line.boundingBox())!
  await page.mouse.click(x + 6, y + height / 2 + 6)
  await facts('stream orders', 'delivery orders-to-lake').waitFor()
})

void test('a reference shows who reads what, and the query', async () => {
  await tab.open('/resources/view/orders_by_customer')
  await page.getByRole('button', { name: 'table orders to view orders_by_customer: reads' }).click()
  const panel = facts('table orders', 'view orders_by_customer')
  await panel.getByText('view orders_by_customer reads table orders').waitFor()
  await panel.getByText(/^select customer, count/).waitFor()
})

void test('a box leads to its resource by keys as well', async () => {
  await tab.open('/')
  await page.getByRole('group', { name: 'Graph of resources' }).getByRole('link', { name: 'stream orders' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/resources/stream/orders')
})

void test('in the ledger a line opens the partitions, whose rejected records lead to those of the partition', async () => {
  await tab.open('/ledger')
  await written().click()
  await page.waitForURL('**/ledger?hop=orders-to-lake')
  await page
    .getByRole('region', { name: 'Partitions' })
    .getByRole('link', { name: /dead letters of partition/ })
    .first()
    .click()
  await page.waitForURL('**/dead-letters?delivery=orders-to-lake&partition=*')
  const letters = page.getByRole('grid', { name: 'Dead letters' })
  await letters.waitFor()
  const partition = new URL(page.url()).searchParams.get('partition')!.replaceAll('"', '')
  const shown = await letters.locator('[role="row"] [role="gridcell"]:nth-child(2)').allTextContents()
  assert.ok(shown.length > 0 && shown.every((text) => text === partition), `${shown.join()} of ${partition}`)
})
