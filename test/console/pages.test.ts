import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import type { KindDescription } from '../../console/src/api/answers.ts'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { looks, openConsole } from './open-console.ts'
import { commitBehind, fillShop, shopProject } from './shop.ts'

const query = '/sql?q=select%20customer%2C%20orders%2C%20revenue%20from%20orders_by_customer'
const pages = {
  overview: '/',
  streams: '/resources/stream',
  groups: '/groups',
  deliveries: '/resources/delivery',
  tables: '/resources/table',
  views: '/resources/view',
  crawlers: '/resources/crawler',
  policies: '/resources/policy',
  secrets: '/resources/secret',
  sql: query,
  ledger: '/ledger',
  'dead letters': '/dead-letters',
  activity: '/activity',
  settings: '/settings',
} as const
const resourcePages = {
  stream: '/resources/stream/orders',
  records: '/resources/stream/orders?tab=Data',
  'a search': '/resources/stream/orders?tab=Data&q=barbara',
  'a record': '/resources/stream/orders/records/0/0',
  partitions: '/resources/stream/orders?tab=Partitions',
  'groups of a stream': '/resources/stream/orders?tab=Groups',
  configuration: '/resources/stream/orders?tab=Configuration',
  ACLs: '/resources/stream/orders?tab=ACLs',
  'a group': '/groups/reports',
  delivery: '/resources/delivery/orders-to-lake',
  table: '/resources/table/orders',
  rows: '/resources/table/orders?tab=Data',
  'filtered rows':
    '/resources/table/orders?tab=Data&sort=-id&filter=%5B%7B%22column%22%3A%22customer%22%2C%22operator%22%3A%22has%22%2C%22value%22%3A%22a%22%7D%5D',
  schema: '/resources/table/orders?tab=Schema',
  'partitions of a table': '/resources/table/orders?tab=Partitions',
  files: '/resources/table/orders?tab=Files',
  snapshots: '/resources/table/orders?tab=Snapshots',
  maintenance: '/resources/table/orders?tab=Maintenance',
  clients: '/resources/table/orders?tab=Clients',
  spec: '/resources/table/orders?tab=Spec',
  history: '/resources/table/orders?tab=History',
  secret: '/resources/secret/SHOP_TOKEN',
  'a hop': '/ledger?hop=orders-to-lake',
} as const

let browser: Browser
let shop: RunningWeir
let empty: RunningWeir

before(async () => {
  buildConsoleWhenStale(process.execPath)
  ;[browser, shop, empty] = await Promise.all([
    startChromium(),
    startWeir('console-shop', shopProject),
    startWeir('console-empty'),
  ])
  await fillShop(shop.endpoints.http)
  await commitBehind(shop.endpoints.kafka, 'reports')
})

after(async () => {
  await browser?.close()
  await Promise.all([shop?.[Symbol.asyncDispose](), empty?.[Symbol.asyncDispose]()])
})

void describe('no page has an accessibility violation, light and dark, at 1280 and 1920', () => {
  void test('with data', async () => {
    const { page, faults, open, violations } = await openConsole(browser, shop.endpoints.http)
    for (const [name, path] of Object.entries({ ...pages, ...resourcePages })) {
      await open(path)
      // Parts of a page have each scheme and each width once.
      for (const look of name in pages ? looks : looks.slice(0, 2))
        assert.deepEqual(await violations(look), [], `${name}, ${look.scheme}, ${look.width}`)
    }
    assert.deepEqual(faults, [])
    await page.close()
  })

  void test('of a project that declares nothing, which says what each page is for', async () => {
    const { page, faults, open, violations } = await openConsole(browser, empty.endpoints.http)
    for (const [name, path] of Object.entries(pages)) {
      await open(path)
      for (const look of looks.slice(0, 2)) assert.deepEqual(await violations(look), [], `${name}, ${look.scheme}`)
    }
    for (const path of ['/', '/groups', '/ledger', '/dead-letters']) {
      await open(path)
      await page.locator('.empty').waitFor()
    }
    const kinds = (await (await fetch(`${empty.endpoints.http}/api/v1/kinds`)).json()) as {
      items: readonly KindDescription[]
    }
    for (const { kind, plural, summary, example } of kinds.items) {
      await open(`/resources/${kind}`)
      const said = (await page.locator('.empty').textContent())!
      assert.ok(said.includes(summary) && said.includes(example), `${kind}: ${said}`)
      await page.getByRole('heading', { level: 1, name: new RegExp(`^${plural}$`, 'i') }).waitFor()
      await page
        .locator('nav [aria-current="page"]')
        .filter({ hasText: new RegExp(`^${plural}$`, 'i') })
        .waitFor()
    }
    await open('/resources/nothing-of-that-kind')
    await page.getByText('There is no page at this address').waitFor()
    assert.deepEqual(faults, [])
    await page.close()
  })

  void test('with an error, which shows cause, remedy and code, and a retry that heals', async () => {
    const { page, open, violations } = await openConsole(browser, shop.endpoints.http)
    const error = { code: 'WEIR-7001', message: 'there is no such thing', remedy: 'look for another', details: {} }
    const failing = /\/api\/v1\/(resources|streams|groups|ledger|dead-letters|audit|status|sql)/
    for (const [name, path] of Object.entries(pages)) {
      if (name === 'sql') continue
      await page.route(failing, (route) => route.fulfill({ status: 404, json: { error } }))
      await open(path)
      const alert = page.getByRole('alert').first()
      await alert.waitFor()
      for (const text of [error.message, error.remedy, 'weir explain WEIR-7001'])
        assert.ok((await alert.textContent())?.includes(text), `${name}: ${text}`)
      for (const look of looks.slice(0, 2)) assert.deepEqual(await violations(look), [], `${name}, ${look.scheme}`)
      const again = await page.getByRole('button', { name: 'Try again' }).first().elementHandle()
      await page.unroute(failing)
      // A page that is kept fresh may heal before: then nothing is there to click.
      await again?.dispatchEvent('click')
      await alert.waitFor({ state: 'detached' })
    }
    await page.close()
  })
})
