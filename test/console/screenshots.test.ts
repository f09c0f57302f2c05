import assert from 'node:assert/strict'
import { mkdirSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir } from '../support/running-weir.ts'
import { openConsole } from './open-console.ts'
import { fillShop, produceOrders, shopProject } from './shop.ts'

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const bytesMax = 150_000
const skip = process.env['WEIR_SCREENSHOTS'] ? false : 'only when WEIR_SCREENSHOTS is set: it writes docs/images'

void test('the screenshots of the README', { skip }, async () => {
  buildConsoleWhenStale(process.execPath)
  mkdirSync(folder, { recursive: true })
  process.env['WEIR_CONSOLE_TEST_TOKEN'] = 'present'
  await using shop = await startWeir('screenshots', shopProject)
  const browser = await startChromium()
  const { page, open } = await openConsole(browser, shop.endpoints.http)
  try {
    await fillShop(shop.endpoints.http)
    await open('/')
    for (let second = 0; second < 12; second++) {
      await produceOrders(shop.endpoints.http, 400 + 120 * (second % 4))
      await pause(900)
    }
    await keep(page, 'overview')
    await page.emulateMedia({ colorScheme: 'dark' })
    await pause(300)
    await keep(page, 'overview-dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await keepLedger(page, open)
    await keepSql(page, open)
    await page.setViewportSize({ width: 1180, height: 820 })
    await open('/dead-letters')
    await page.getByRole('grid').focus()
    await page.keyboard.press('ArrowDown')
    await keep(page, 'dead-letters')
    await open('/resources/table/orders?tab=Spec')
    await keep(page, 'spec')
  } finally {
    await browser.close()
  }
})

async function keepLedger(page: Page, open: (path: string) => Promise<void>): Promise<void> {
  await open('/ledger?hop=orders-to-lake')
  await page.getByRole('button', { name: 'Verify against the data' }).click()
  await page.getByText(/no gap, no duplicate/).waitFor()
  await keep(page, 'ledger')
}

async function keepSql(page: Page, open: (path: string) => Promise<void>): Promise<void> {
  await open('/sql?q=select%20customer%2C%20revenue%20from%20orders_by_customer')
  await page.getByRole('button', { name: /^Run/ }).click()
  await page.getByRole('grid', { name: 'Result' }).waitFor()
  await page.getByRole('tab', { name: 'Chart' }).click()
  await page.locator('.chart canvas').waitFor()
  await keep(page, 'sql')
}

async function keep(page: Page, name: string): Promise<void> {
  const path = `${folder}console-${name}.png`
  await page.screenshot({ path })
  assert.ok(statSync(path).size < bytesMax, `${path} has ${statSync(path).size} bytes`)
}
