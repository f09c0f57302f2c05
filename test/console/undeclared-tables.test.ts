import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import pg from 'pg'
import type { Browser, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { looks, openConsole, type ConsolePage } from './open-console.ts'

const project = `import { defineProject, table, view } from 'weir-data'
const orders = table('orders', { namespace: 'sales', columns: { id: 'long' } })
const ids = view('ids', { namespace: 'sales', sql: 'select 42 as id' })
export default defineProject({ name: 'undeclared', resources: [orders, ids] })
`
const odd = `it's "new"`

void suite('tables that SQL made', { timeout: 180_000 }, () => {
  let browser: Browser
  let weir: RunningWeir
  let tab: ConsolePage
  let page: Page

  before(async () => {
    buildConsoleWhenStale(process.execPath)
    ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-undeclared', project)])
    tab = await openConsole(browser, weir.endpoints.http)
    page = tab.page
  })

  after(async () => {
    assert.deepEqual(tab?.faults, [])
    await browser?.close()
    await weir?.[Symbol.asyncDispose]()
  })

  async function sql(...statements: readonly string[]): Promise<void> {
    const client = new pg.Client({ connectionString: weir.endpoints.postgres })
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()
  }

  void test('INV-CO10: stand in the list when they are there, and have every page of a table but a declaration', async () => {
    await tab.open('/resources/table')
    await page.getByRole('grid', { name: 'Tables', exact: true }).getByText('orders').waitFor()
    const list = page.getByRole('grid', { name: 'Tables that are not declared' })
    assert.equal(await list.count(), 0)
    const name = `"${odd.replaceAll('"', '""')}"`
    await sql(
      `create table ${name} (id bigint, note varchar)`,
      `insert into ${name} values (1, 'first'), (2, 'second')`,
      'create schema side',
      'create table side.orders as select 7 as id',
    )
    await list.getByRole('link', { name: odd }).waitFor()
    assert.equal(await list.getAttribute('aria-rowcount'), '3')
    for (const look of looks.slice(0, 2)) assert.deepEqual(await tab.violations(look), [], look.scheme)

    await list.getByRole('link', { name: odd }).click()
    await page.getByText('not declared: SQL or a client of the catalog made it').waitFor()
    const rows = page.getByRole('grid', { name: `Rows of public.${odd}` })
    await rows.getByText('second').waitFor()
    const tabs = await page.getByRole('tab').allTextContents()
    assert.deepEqual(tabs, ['Data', 'Schema', 'Partitions', 'Files', 'Snapshots', 'Maintenance', 'Clients'])
    for (const one of tabs) {
      await tab.open(`/resources/table/${encodeURIComponent(`public.${odd}`)}?tab=${one}`)
      assert.equal(await page.getByRole('alert').count(), 0, one)
      assert.deepEqual(await tab.violations(looks[0]!), [], one)
    }
    await tab.open('/resources/table/side.orders')
    await page.getByRole('grid', { name: 'Rows of side.orders' }).getByText('7').waitFor()
    await tab.open('/resources/table/nowhere')
    await page.getByText('there is no table "nowhere"').waitFor()
  })

  void test('a view outside of public shows its rows', async () => {
    await tab.open('/resources/view/ids?tab=Data')
    await page.getByRole('grid', { name: 'Rows of ids' }).getByText('42').waitFor()
  })
})
