import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { StartStep } from '../../examples/flights/progress.ts'
import { replayFlights } from '../../examples/flights/replay.ts'
import { startWeirProcess } from '../../examples/flights/weir-process.ts'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { openConsole } from './open-console.ts'
import { waitUntil } from '../support/wait-until.ts'
import { toPalettePng } from './palette-png.ts'
import { produceValues, readHops } from './shop.ts'

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const bytesMax = 80_000
const flights = 3_000_000
const skip = process.env['WEIR_SCREENSHOTS'] ? false : 'only when WEIR_SCREENSHOTS is set: it writes docs/images'
const silently: StartStep = () => ({ update: () => undefined, finish: () => 0 })

void test('the pictures of the documentation, from the flights example', { skip }, async () => {
  buildConsoleWhenStale(process.execPath)
  mkdirSync(folder, { recursive: true })
  const dataDirectory = mkdtempSync(join(tmpdir(), 'weir-screenshots-'))
  const anyPorts = ['--kafka-port', '0', '--postgres-port', '0', '--http-port', '0']
  const weir = await startWeirProcess({ dataDirectory, keep: false, options: anyPorts })
  const browser = await startChromium()
  const { page, open } = await openConsole(browser, weir.endpoints.http)
  try {
    await open('/')
    await replayFlights(weir.endpoints, flights, silently)
    await produceCancelled(weir.endpoints.http)
    await keepOverview(page)
    await keepLedger(page, open)
    await keepSql(page, open)
    await keepRecords(page, open)
    await open('/dead-letters')
    await page.getByRole('grid').focus()
    await page.keyboard.press('ArrowDown')
    await page.locator('pre.code').waitFor()
    await keep(page, 'dead-letters')
    await open('/resources/delivery/flights-to-lake?tab=Spec')
    await keep(page, 'spec')
  } finally {
    await browser.close()
    await weir.stop()
    rmSync(dataDirectory, { recursive: true, force: true })
  }
})

/** Flights that did not fly have NA for their delay where these come from: the example leaves them out, here they arrive. */
async function produceCancelled(http: string): Promise<void> {
  const routes = [
    ['ORD', 'LGA'],
    ['SFO', 'LAX'],
    ['ATL', 'DCA'],
  ] as const
  const values = Array.from({ length: 12 }, (_, at) => {
    const [origin, destination] = routes[at % routes.length]!
    return JSON.stringify({ date: `2001-02-${10 + at} 07:30:00`, delay: 'NA', distance: 700, origin, destination })
  })
  await produceValues(http, 'flights', values)
  await waitUntil('they are rejected, and committed as dead letters', async () => {
    await fetch(`${http}/api/v1/deliveries/flights-to-lake/flush`, { method: 'POST' })
    return (await readHops(http)).every(({ rejected }) => rejected === String(values.length))
  })
}

async function keepOverview(page: Page): Promise<void> {
  await page.getByText('12 rejected, 0 pending').waitFor()
  await keep(page, 'overview')
  await page.emulateMedia({ colorScheme: 'dark' })
  // The chart is drawn anew in other colours.
  await page.locator('.chart canvas').waitFor()
  await keep(page, 'overview-dark')
  await page.emulateMedia({ colorScheme: 'light' })
}

async function keepLedger(page: Page, open: (path: string) => Promise<void>): Promise<void> {
  await open('/ledger?hop=flights-to-lake')
  await page.getByRole('button', { name: 'Verify against the data' }).click()
  await page.getByText(/no gap, no duplicate/).waitFor()
  await keep(page, 'ledger')
}

async function keepSql(page: Page, open: (path: string) => Promise<void>): Promise<void> {
  const sql = `select origin, round(average_delay, 1) as average_delay\nfrom delays_by_airport\norder by flights desc limit 15`
  await open(`/sql?q=${encodeURIComponent(sql)}`)
  await page.getByRole('button', { name: /^Run/ }).click()
  await page.getByRole('grid', { name: 'Result' }).waitFor()
  await page.getByRole('tab', { name: 'Chart' }).click()
  await page.locator('.chart canvas').waitFor()
  await keep(page, 'sql')
}

async function keepRecords(page: Page, open: (path: string) => Promise<void>): Promise<void> {
  await open('/resources/stream/flights?tab=Data&q=%22delay%22%3A%22NA%22')
  await page.getByText('12 found').waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('grid', { name: 'Records of flights' }).focus()
  await page.keyboard.press('ArrowDown')
  await page.locator('pre.code').first().waitFor()
  await keep(page, 'records')
}

async function keep(page: Page, name: string): Promise<void> {
  const path = `${folder}console-${name}.png`
  // No caret that blinks, no pointer on a figure.
  await page.mouse.move(0, 0)
  const png = await page.screenshot({ caret: 'hide', animations: 'disabled' })
  writeFileSync(path, toPalettePng(png))
  assert.ok(statSync(path).size < bytesMax, `${path} has ${statSync(path).size} bytes`)
}
