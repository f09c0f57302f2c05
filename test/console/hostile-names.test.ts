import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { openConsole, type ConsolePage } from './open-console.ts'
import { commitBehind, produceValues, waitForLedger } from './shop.ts'
import { tableTabs } from './table-tabs.ts'

/** Taken for HTML, it runs; taken for words of a shell, it makes a file. */
const hostile = `"><img src=x onerror="window.taken=1"><script>window.taken=1</script>'; touch taken; $(touch taken) \`touch taken\` #`
const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const hostile = ${JSON.stringify(hostile)}
const orders = stream('orders', { partitions: 4, tags: { [hostile.slice(0, 60)]: hostile } })
const rows = table('orders', { columns: { id: { type: 'long', doc: hostile }, [hostile]: 'string' }, tags: { note: hostile } })
export default defineProject({
  name: 'hostile',
  resources: [orders, rows, delivery('load', { from: orders, to: rows, flush: { age: '1 s' } })],
})
`

void suite('what others have named', { timeout: 240_000 }, () => {
  let browser: Browser
  let weir: RunningWeir
  let tab: ConsolePage
  let page: Page

  before(async () => {
    buildConsoleWhenStale(process.execPath)
    ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-hostile', project)])
    const { http, kafka } = weir.endpoints
    await produceValues(http, 'orders', [
      JSON.stringify({ id: 1, [hostile]: hostile }),
      JSON.stringify({ id: hostile }),
    ])
    await call('POST', 'streams/orders/records', {
      records: [{ key: hostile, value: hostile, partition: 0, headers: [{ key: hostile, value: hostile }] }],
    })
    await commitBehind(kafka, hostile)
    await waitForLedger(http, (hop) => hop.delivered === '1' && hop.rejected === '2' && hop.pending === '0')
    await call('PUT', `tables/orders/refs/${encodeURIComponent(hostile)}`, { type: 'tag' })
    tab = await openConsole(browser, http)
    page = tab.page
  })

  after(async () => {
    await browser?.close()
    await weir?.[Symbol.asyncDispose]()
  })

  async function call(method: string, path: string, body: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${weir.endpoints.http}/api/v1/${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    })
    assert.ok(response.ok, `${path}: ${await response.text()}`)
  }

  /** What the words would be when the line is pasted into a shell. */
  function wordsOf(line: string): readonly string[] {
    const folder = mkdtempSync(join(tmpdir(), 'weir-words-'))
    try {
      const script = `weir() { printf '%s\\0' "$@"; }\n${line}`
      const output = execFileSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' })
      assert.deepEqual(readdirSync(folder), [], 'nothing else was run')
      return output.split('\0').slice(0, -1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  const encoded = encodeURIComponent(hostile)
  const filter = encodeURIComponent(JSON.stringify([{ column: hostile, operator: 'eq', value: hostile }]))
  const pages = [
    '/',
    '/resources/stream',
    '/resources/stream/orders',
    `/resources/stream/orders?tab=Data&q=${encoded}&where=key`,
    '/resources/stream/orders?tab=Groups',
    '/resources/stream/orders?tab=Spec',
    '/resources/table',
    ...tableTabs.map((name) => `/resources/table/orders?tab=${name}`),
    `/resources/table/orders?tab=Data&filter=${filter}`,
    `/resources/table/orders?tab=Data&at=${encoded}`,
    `/resources/table/orders?tab=Snapshots&from=${encoded}&to=${encoded}`,
    `/resources/table/orders?tab=Files&partition=${encoded}`,
    `/resources/${encoded}/${encoded}`,
    `/resources/stream/${encoded}`,
    '/groups',
    `/groups/${encoded}`,
    '/dead-letters',
    `/dead-letters?delivery=load&reason=${encoded}`,
    `/sql?q=${encodeURIComponent(`select ${JSON.stringify(hostile)}`)}`,
    '/activity',
  ]

  void test('INV-CO1: is shown as it is and runs nowhere, on every page, in what is chosen and in errors', async () => {
    for (const path of pages) {
      await tab.open(path)
      const grid = page.getByRole('grid').first()
      if ((await grid.count()) > 0) {
        await grid.focus()
        await page.keyboard.press('Home')
      }
      assert.equal(await page.evaluate('window.taken'), undefined, path)
      assert.equal(await page.locator('#root script, img[src="x"]').count(), 0, path)
    }
    const error = { code: hostile, message: hostile, remedy: hostile, details: {} }
    await page.route('**/api/v1/ledger', (route) => route.fulfill({ status: 500, json: { error } }))
    await tab.open('/ledger')
    await page.getByRole('alert').getByText('onerror').first().waitFor()
    assert.equal(await page.evaluate('window.taken'), undefined)
    await page.unroute('**/api/v1/ledger')
    assert.deepEqual(tab.faults, [])
  })

  void test('INV-CO2: is one word of the commands that are shown to be copied', async () => {
    await tab.open(`/groups/${encoded}`)
    const shown = await page.locator('.command code').first().textContent()
    assert.deepEqual(wordsOf(shown!), ['stream', 'groups', hostile])
    await page.getByRole('button', { name: /^Move it/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox', { name: 'To' }).selectOption('time')
    await dialog.getByRole('textbox').first().fill(hostile)
    // An answer that refuses such a time shows a command too, for what its code means.
    const command = dialog.locator('.command code').filter({ hasText: 'reset-group' })
    const moved = wordsOf((await command.textContent())!)
    assert.deepEqual(moved, ['stream', 'reset-group', hostile, '--to-datetime', hostile, '--execute'])
    await tab.open(`/resources/table/orders?tab=Snapshots&from=${encoded}&to=${encoded}`)
    const lines = await page.locator('.command code').allTextContents()
    const difference = lines.find((line) => line.startsWith('weir table diff'))
    assert.deepEqual(wordsOf(difference!), ['table', 'diff', 'orders', hostile, hostile])
    await tab.open(`/resources/stream/orders?tab=Data&q=${encoded}&where=header&from=${encoded}`)
    const tail = (await page.locator('.command code').allTextContents()).find((line) =>
      line.startsWith('weir stream tail'),
    )
    assert.deepEqual(wordsOf(tail!), ['stream', 'tail', 'orders', '--from', hostile, '--with-header', hostile])
    await tab.open(`/dead-letters?delivery=load&reason=${encoded}`)
    const letters = (await page.locator('.command code').allTextContents()).find((line) => line.includes('--reason'))
    if (letters !== undefined) assert.ok(wordsOf(letters).includes(hostile))
  })

  void test('is copied where the browser has no clipboard, as over plain HTTP from another machine, and a refusal is said', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await tab.open(`/groups/${encoded}`)
    const copy = page.locator('.command button').first()
    await page.evaluate(
      `Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => ({ writeText: () => Promise.reject(new Error('no')) }), configurable: true })`,
    )
    await copy.click()
    await page.getByText('✕ Not copied').waitFor()
    await page.evaluate('delete Navigator.prototype.clipboard')
    await copy.click()
    await page.getByText('✓ Copied').waitFor()
    await page.goto(`${weir.endpoints.http}/groups`)
    assert.deepEqual(wordsOf(await page.evaluate<string>('navigator.clipboard.readText()')), [
      'stream',
      'groups',
      hostile,
    ])
    assert.deepEqual(tab.faults, [])
  })
})
