import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'
import { looks, openConsole, type ConsolePage } from './open-console.ts'

let browser: Browser
let weir: RunningWeir
let tab: ConsolePage
let page: Page

before(async () => {
  buildConsoleWhenStale(process.execPath)
  ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-sql')])
  tab = await openConsole(browser, weir.endpoints.http)
  page = tab.page
})

after(async () => {
  await browser?.close()
  await weir?.[Symbol.asyncDispose]()
})

const run = () => page.getByRole('button', { name: /^Run/ })
const rows = () => page.getByRole('grid', { name: 'Result' })

async function ask(sql: string): Promise<void> {
  await tab.open(`/sql?q=${encodeURIComponent(sql)}`)
  await run().click()
}

void test('values are shown as they are: to the microsecond, to the last digit, whatever the zone of who looks', async () => {
  await ask(`select timestamp '2001-01-01 10:00:00.123456' as t, timestamptz '2001-01-01 10:00:00+00' as z,
    date '2001-01-01' as d, 9007199254740993 as b, 'NaN'::double as n, '\\x00\\xff'::blob as y, null as e`)
  for (const text of [
    '2001-01-01 10:00:00.123456',
    '2001-01-01 10:00:00+00',
    '2001-01-01',
    '9007199254740993',
    'NaN',
    '\\x00ff',
    'null',
  ])
    await rows().getByText(text, { exact: true }).waitFor()
})

void test('an error says where it is, and the word is marked until the text changes', async () => {
  await ask(`select '😀 שלום' as a,\n  '漢字 👍', nothing\nfrom (select 1 as one)`)
  await page.getByRole('alert').getByText('Line 2, column 11').waitFor()
  assert.equal(await page.locator('.cm-fault').textContent(), 'nothing')
  for (const look of looks.slice(0, 2)) assert.deepEqual(await tab.violations(look), [], look.scheme)
  await page.locator('.cm-content').click()
  await page.keyboard.type(' ')
  await page.locator('.cm-fault').waitFor({ state: 'detached' })
})

void test('10,000 rows are there and go by as one scrolls; that there are more is said', async () => {
  await ask('select i, i * 2 as twice from range(20000) r(i)')
  await page.getByText('the first 10,000 are shown').waitFor()
  assert.equal(await rows().getAttribute('aria-rowcount'), '10001')
  await rows().focus()
  await page.keyboard.press('End')
  await rows().getByText('9999', { exact: true }).waitFor()
  const drawn = await rows().getByRole('row').count()
  assert.ok(drawn < 100, `${drawn} rows are drawn`)
})

void test('Cancel ends the query in the engine too', async () => {
  await ask('select sum(hash(i)) from range(1000000000000) r(i)')
  const engine = await enginePid()
  await waitUntil('the query works', () => isWorking(engine))
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' })
  await waitUntil('the engine rests', async () => !(await isWorking(engine)))
  await ask('select 42 as answer')
  await rows().getByText('42', { exact: true }).waitFor()
})

void test('leaving the page ends its query as well', async () => {
  await ask('select sum(hash(i)) from range(1000000000000) r(i)')
  const engine = await enginePid()
  await waitUntil('the query works', () => isWorking(engine))
  await page.getByRole('link', { name: 'Ledger' }).click()
  await waitUntil('the engine rests', async () => !(await isWorking(engine)))
})

void test('Back brings the query before; the address of each can be sent to somebody', async () => {
  await ask('select 1 as first')
  await rows().getByText('first').waitFor()
  await page.locator('.cm-content').fill('select 2 as second')
  await page.keyboard.press('Control+Enter')
  await rows().getByText('second').waitFor()
  await page.goBack()
  await page.locator('.cm-content', { hasText: 'select 1 as first' }).waitFor()
  await page.goForward()
  await page.locator('.cm-content', { hasText: 'select 2 as second' }).waitFor()
})

async function enginePid(): Promise<number> {
  let pid: number | null | undefined
  await waitUntil('the engine runs', async () => {
    const { processes } = (await (await fetch(`${weir.endpoints.http}/api/v1/status`)).json()) as {
      processes: readonly { name: string; pid: number | null }[]
    }
    pid = processes.find(({ name }) => name === 'engine')?.pid
    return typeof pid === 'number'
  })
  return pid!
}

/** Whether most of a moment was spent on the processor. */
async function isWorking(pid: number): Promise<boolean> {
  const ticks = (): number => {
    const [, , , , , , , , , , , user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return Number(user) + Number(system)
  }
  const before = ticks()
  await pause(200)
  return ticks() - before >= 4
}
