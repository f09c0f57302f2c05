import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { looks, openConsole, settled, type ConsolePage } from './open-console.ts'

const project = `import { defineProject, policy, secret, table, user } from 'weir-data'
const orders = table('orders', { columns: { id: 'long', customer: 'string' } })
const items = table('items', { columns: { id: 'long' } })
const salaries = table('salaries', { columns: { id: 'long' } })
const password = (name: string) => ({ password: secret(name, { fromEnv: 'SIGN_IN_' + name }) })
export default defineProject({
  name: 'signed',
  users: { ana: password('ANA'), root: { ...password('ROOT'), administrator: true } },
  resources: [
    orders, items, salaries,
    policy('reading', { principals: [user('ana')], allow: ['table:read'], on: [orders], columns: { mask: ['customer'] } }),
    policy('paying', { principals: [user('root')], allow: ['table:*'], on: [salaries] }),
  ],
})
`

void suite('signing in at the console', { timeout: 240_000 }, () => {
  let browser: Browser
  let weir: RunningWeir
  let tab: ConsolePage
  let page: Page

  before(async () => {
    const secrets = { SIGN_IN_ANA: 'ana-secret', SIGN_IN_ROOT: 'root-secret', WEIR_TOKEN: 'the-token' }
    Object.assign(process.env, secrets)
    buildConsoleWhenStale(process.execPath)
    ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-sign-in', project)])
    for (const name of Object.keys(secrets)) delete process.env[name]
    tab = await openConsole(browser, weir.endpoints.http)
    page = tab.page
  })
  after(async () => {
    await browser?.close()
    await weir?.[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    await page.context().clearCookies()
    await page.goto(`${weir.endpoints.http}/`)
    await page.getByRole('heading', { name: 'Sign in to Weir' }).waitFor()
  })

  async function signIn(name: string, password: string): Promise<void> {
    await page.getByLabel('User').fill(name)
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
  }
  const status = (path: string): Promise<number> => page.evaluate(async (at) => (await fetch(at)).status, path)

  void test('who is not known sees nothing, by every address, and is told when the password is wrong', async () => {
    for (const look of looks) assert.deepEqual(await tab.violations(look), [])
    await page.goto(`${weir.endpoints.http}/resources/table/orders`)
    await page.getByRole('heading', { name: 'Sign in to Weir' }).waitFor()
    assert.equal(await page.getByText('orders').count(), 0)
    assert.equal(await status('/api/v1/resources'), 401)
    await signIn('ana', 'wrong')
    await page.getByRole('alert').getByText('name or password of "ana" is not right').waitFor()
    assert.equal(await page.getByLabel('Password').inputValue(), '')
    await signIn('ana', 'ana-secret')
    await page.getByRole('heading', { name: 'orders', level: 1 }).waitFor()
  })

  void test('a user sees who it is and what policies allow, by the pages and by SQL, and nothing after signing out', async () => {
    await signIn('ana', 'ana-secret')
    await page.waitForURL('**/resources/table')
    await settled(page)
    await page.getByRole('group', { name: 'Signed in' }).getByText('ana').waitFor()
    const pages = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allTextContents()
    assert.deepEqual(pages, ['Tables', 'Views', 'SQL'])
    await page.getByRole('link', { name: 'orders' }).waitFor()
    assert.equal(await page.getByText('salaries').count(), 0)
    for (const look of looks) assert.deepEqual(await tab.violations(look), [])
    const rows = await page.evaluate(async () => {
      const ask = async (sql: string) => {
        const body = JSON.stringify({ sql })
        const answer = await fetch('/api/v1/sql', {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json' },
        })
        return answer.text()
      }
      return { own: await ask('select count(customer) from orders'), closed: await ask('select * from salaries') }
    })
    assert.match(rows.own, /"rows":\[\["0"\]\]/)
    assert.match(rows.closed, /user \\"ana\\" lacks table:read on public\.salaries/)
    assert.equal(await status('/api/v1/status'), 403)

    const cookies = await page.context().cookies()
    assert.deepEqual(
      cookies.map(({ httpOnly, sameSite, path }) => ({ httpOnly, sameSite, path })),
      [{ httpOnly: true, sameSite: 'Strict', path: '/' }],
    )
    assert.equal(await page.evaluate('document.cookie'), '')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in to Weir' }).waitFor()
    assert.equal(await status('/api/v1/resources'), 401)
    await page.context().addCookies(cookies)
    assert.equal(await status('/api/v1/resources'), 401, 'the session is ended, not only forgotten')
    assert.deepEqual(tab.faults, [])
  })

  void test('a user is offered nothing that only administrators may', async () => {
    await signIn('ana', 'ana-secret')
    await page.waitForURL('**/resources/table')
    await tab.open('/resources/table/items')
    assert.ok(!(await page.getByRole('tab').allTextContents()).includes('History'))
    await page.getByRole('tab', { name: 'Maintenance' }).click()
    await page.getByRole('region', { name: 'Tasks' }).getByText('compact').waitFor()
    assert.equal(await page.getByRole('button', { name: /now …/ }).count(), 0)
    await page.getByRole('tab', { name: 'Clients' }).click()
    await page.getByText('credential="ana:"').waitFor()
    // A column of these is masked for her: SQL shows the others.
    await tab.open('/resources/table/orders?tab=Clients')
    assert.deepEqual(await page.getByRole('heading', { level: 2 }).allTextContents(), ['psql'])
    await page.getByRole('tab', { name: 'Data' }).click()
    await page.locator('.empty').getByText('No rows yet.').waitFor()
    await page.getByRole('combobox', { name: 'Column' }).selectOption('customer')
    await tab.open('/resources/table/items?tab=Clients')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signIn('root', 'root-secret')
    await page.getByRole('tab', { name: 'History' }).waitFor()
    await page.getByRole('tab', { name: 'Maintenance' }).click()
    await page.getByRole('button', { name: 'Compact now …' }).waitFor()
    assert.equal(await page.getByRole('button', { name: /Run now …/ }).count(), 4)
    assert.deepEqual(tab.faults, [])
  })

  void test('an administrator sees everything, one without a name by the token', async () => {
    for (const [name, password] of [
      ['root', 'root-secret'],
      ['weir', 'the-token'],
    ] as const) {
      await signIn(name, password)
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      await page.getByRole('group', { name: 'Signed in' }).getByText(`${name} administrator`).waitFor()
      await page.getByRole('link', { name: 'Ledger' }).waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'Sign in to Weir' }).waitFor()
    }
  })

  void test('a session that ends asks for the password again, on the page that is open', async () => {
    await signIn('ana', 'ana-secret')
    await page.waitForURL('**/resources/table')
    await settled(page)
    await page.evaluate(async () => fetch('/api/v1/session', { method: 'DELETE' }))
    await page.getByRole('link', { name: 'orders' }).click()
    await page.getByRole('heading', { name: 'Sign in to Weir' }).waitFor()
    await signIn('ana', 'ana-secret')
    await page.getByRole('heading', { name: 'orders', level: 1 }).waitFor()
    await settled(page)
  })
})
