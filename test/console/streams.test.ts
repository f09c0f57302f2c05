import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'
import { looks, openConsole, type ConsolePage } from './open-console.ts'

const password = 'correct horse battery staple'
const project = `import { defineProject, secret, stream } from 'weir-data'
const orders = stream('orders', { partitions: 2, retention: '7 days' })
const admin = secret('admin', { fromEnv: 'WEIR_CONSOLE_TEST_ADMIN' })
export default defineProject({
  name: 'shop',
  resources: [orders, stream('forms', { partitions: 1 })],
  streams: { listeners: { main: { sasl: ['PLAIN'] } }, users: { admin }, authorization: { superUsers: ['admin'] } },
})
`
const count = 300

let browser: Browser
let weir: RunningWeir
let kafka: KafkaClient
let tab: ConsolePage
let page: Page

before(async () => {
  buildConsoleWhenStale(process.execPath)
  process.env['WEIR_CONSOLE_TEST_ADMIN'] = password
  ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-streams', project)])
  kafka = await connectKafka({
    bootstrap: weir.endpoints.kafka,
    login: { mechanism: 'PLAIN', user: 'admin', password },
  })
  const producer = await kafka.createProducer({ topic: 'orders' })
  for (let at = 0; at < count; at++)
    await producer.send({
      key: `customer-${at % 7}`,
      value: JSON.stringify({ id: at, city: at % 100 === 42 ? 'Zürich' : 'Bern' }),
      partition: at % 2,
      timestampMs: Date.UTC(2026, 0, 5, 10) + at * 1000,
    })
  await producer.close()
  tab = await openConsole(browser, weir.endpoints.http)
  page = tab.page
})

after(async () => {
  assert.deepEqual(tab?.faults, [])
  await browser?.close()
  await kafka?.close()
  await weir?.[Symbol.asyncDispose]()
})

const records = (stream = 'orders') => page.getByRole('grid', { name: `Records of ${stream}` })

/** A line of the list by a cell that says this. */
const line = (text: string | RegExp, stream?: string) => records(stream).getByRole('row').filter({ hasText: text })

void test('a value is shown as what it is: Avro by its schema, JSON laid out, text, bytes, nothing', async () => {
  const schema = '{"type":"record","name":"Form","fields":[{"name":"id","type":"long"}]}'
  const registered = await fetch(`${weir.endpoints.http}/schema-registry/subjects/forms-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema }),
  })
  const { id } = (await registered.json()) as { id: number }
  const producer = await kafka.createProducer({ topic: 'forms' })
  const headers = [{ key: 'source', value: Buffer.from('shop') }]
  await producer.send({ key: 'avro', value: Buffer.from([0, 0, 0, 0, id, 84]), headers })
  await producer.send({ key: 'json', value: '{"id":12345678901234567890}' })
  await producer.send({ key: 'text', value: 'Grüße' })
  await producer.send({ key: 'bytes', value: Buffer.from([0xff, 0x00, 0x41]) })
  await producer.send({ key: 'gone', value: null })
  await producer.close()
  await tab.open('/resources/stream/forms?tab=Data')
  const shown = { avro: '{"id":42}', json: '{"id":12345678901234567890}', text: 'Grüße', bytes: 'ff 00 41' }
  for (const [key, value] of Object.entries(shown)) await line(key, 'forms').getByText(value, { exact: true }).waitFor()
  await line('gone', 'forms').getByText('null, a tombstone').waitFor()
  await line('avro', 'forms').click()
  await page.getByText(`Avro, 6 B, by schema ${id}`).waitFor()
  await page.getByText('forms-value version 1, Form').waitFor()
  await page.getByRole('definition').filter({ hasText: 'shop' }).waitFor()
  await page.getByRole('link', { name: 'Open the record' }).click()
  await page.waitForURL('**/resources/stream/forms/records/0/0')
  assert.equal(await page.getByLabel('The value', { exact: true }).textContent(), '{\n  "id": 42\n}')
  const raw = await page.getByRole('link', { name: 'Download the value' }).getAttribute('href')
  const bytes = await (await fetch(`${weir.endpoints.http}${raw}`)).arrayBuffer()
  assert.deepEqual([...new Uint8Array(bytes)], [0, 0, 0, 0, id, 84])
})

void test('a search finds what there is of it; the address keeps it, and the command beside it finds the same', async () => {
  await tab.open('/resources/stream/orders?tab=Data')
  await line('"id":299').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('Zürich')
  await page.getByText(`3 found, all is searched`).waitFor()
  await page.getByText(`300 of 300 offsets looked at`).waitFor()
  for (const id of [42, 142, 242]) await line(`"id":${id}`).waitFor()
  await page.getByText("weir stream tail orders --from beginning --has 'Zürich'").waitFor()
  const address = page.url()
  await page.getByRole('combobox').selectOption('key')
  await page.getByText('0 found').waitFor()
  await page.getByText('Nothing is like that.').waitFor()
  await page.goto(address)
  await page.getByText(`3 found, all is searched`).waitFor()
})

void test('records are shown from an offset, a time and of one partition; more come as one goes down', async () => {
  const first = async (place: string): Promise<string | null> => {
    await tab.open(`/resources/stream/orders?tab=Data&${place}`)
    await page.getByText('The oldest first').waitFor()
    return records().getByRole('row').nth(1).textContent()
  }
  assert.match((await first('from=10&partition=1'))!, /"id":21,/)
  assert.match((await first('from=2026-01-05T10:02:00Z'))!, /"id":120,/)
  await first('from=beginning')
  await records().focus()
  const last = line('"id":299')
  await waitUntil('the last record is there', async () => {
    await page.keyboard.press('End')
    return (await last.count()) > 0
  })
  await page.getByText('300: all there are.').waitFor()
})

void test('a record that is produced by hand is durable where it says, and who follows sees what comes', async () => {
  await tab.open('/resources/stream/orders?tab=Data')
  await page.getByLabel('Follow').check()
  await page.getByRole('button', { name: 'Produce a record …' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('with a key').check()
  await form.getByLabel('Key', { exact: true }).fill('by-hand')
  await form.getByLabel('Value', { exact: true }).fill('{"id": "typed"}')
  await form.getByLabel(/^Headers/).fill('trace: 1a')
  await form.getByRole('button', { name: 'Produce', exact: true }).click()
  const made = form.getByRole('link', { name: /^partition \d, offset \d+$/ })
  await made.waitFor()
  await form.getByRole('button', { name: 'Close' }).click()
  await line('by-hand').waitFor()
  const producer = await kafka.createProducer({ topic: 'orders' })
  await producer.send({ value: 'from another client' })
  await producer.close()
  await line('from another client').waitFor()
  await line('by-hand').click()
  await page.getByRole('definition').filter({ hasText: '1a' }).waitFor()
})

void test('a setting is changed, its place is said, and it is taken back; what the log refuses it says', async () => {
  await tab.open('/resources/stream/orders?tab=Configuration')
  const row = (name: string) => page.getByRole('row').filter({ hasText: name }).first()
  await row('retention.ms').getByText('7 days', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Change max.message.bytes' }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('textbox').fill('many')
  await form.getByRole('button', { name: 'Set it' }).click()
  await form.getByText('WEIR-3103').waitFor()
  await form.getByRole('textbox').fill('2000000')
  await form.getByRole('button', { name: 'Set it' }).click()
  await form.waitFor({ state: 'detached' })
  await row('max.message.bytes').getByText('2000000').waitFor()
  await row('max.message.bytes').getByText('stream', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Change max.message.bytes' }).click()
  await form.getByRole('button', { name: /^Take it back to / }).click()
  await row('max.message.bytes').getByText('default', { exact: true }).waitFor()
})

void test('a group shows its lag by partition, is moved after a look and its name, and is deleted', async () => {
  await kafka.groups.commit('billing', [
    { topic: 'orders', partition: 0, offset: 50 },
    { topic: 'orders', partition: 1, offset: 60 },
  ])
  await tab.open('/resources/stream/orders?tab=Groups')
  await page.getByRole('link', { name: 'billing' }).click()
  await page.waitForURL('**/groups/billing')
  const partitions = page.getByRole('grid', { name: 'Partitions of billing' })
  await partitions.getByRole('row').filter({ hasText: '50' }).waitFor()
  await page.getByRole('button', { name: 'Move it to other offsets …' }).click()
  const form = page.getByRole('dialog')
  await form.getByText('110 records are read again.').waitFor()
  await form.getByRole('combobox').first().selectOption('time')
  await form.getByRole('textbox', { name: 'the first record from a time on' }).fill('2026-01-05T10:04:00Z')
  await form.getByText('130 records are left out.').waitFor()
  await form.getByText('weir stream reset-group billing --to-datetime 2026-01-05T10:04:00Z --execute').waitFor()
  assert.ok(await form.getByRole('button', { name: 'Move it' }).isDisabled())
  await form.getByLabel(/^Type billing/).fill('billing')
  await form.getByRole('button', { name: 'Move it' }).click()
  await form.getByText('billing goes on there').waitFor()
  const committed = await kafka.groups.committed('billing')
  assert.deepEqual(
    committed.map(({ offset }) => offset),
    [120, 120],
  )
  await form.getByRole('button', { name: 'Close' }).click()
  await partitions.getByRole('row').filter({ hasText: '120' }).first().waitFor()
  await page.getByRole('button', { name: 'Delete the group …' }).click()
  await form.getByRole('textbox').fill('billing')
  await form.getByRole('button', { name: /^Delete/ }).click()
  await page.waitForURL('**/groups')
  await page.locator('.empty').waitFor()
})

void test('partitions lead to their records', async () => {
  await tab.open('/resources/stream/orders?tab=Partitions')
  const grid = page.getByRole('grid', { name: 'Partitions' })
  assert.equal(await grid.getAttribute('aria-rowcount'), '3')
  await grid.getByRole('row').nth(2).getByRole('link', { name: 'records' }).click()
  await page.waitForURL(/partition=(%22)?1/)
  await line('"id":299').waitFor()
  assert.equal(await line('"id":298').count(), 0)
})

void test('ACLs are those of the stream and of prefixes that it begins with; a deny is said in words', async () => {
  const rule = { principal: 'User:ada', host: '*', operation: 'read', permission: 'allow' } as const
  await kafka.acls.create([
    { ...rule, resourceType: 'topic', resource: 'orders', pattern: 'literal' },
    { ...rule, resourceType: 'topic', resource: 'ord', pattern: 'prefixed', operation: 'write', permission: 'deny' },
    { ...rule, resourceType: 'topic', resource: 'forms', pattern: 'literal', principal: 'User:grace' },
  ])
  await tab.open('/resources/stream/orders?tab=ACLs')
  const rows = page.getByRole('region', { name: 'ACLs' }).getByRole('row')
  await rows.filter({ hasText: 'deny' }).getByText('all that begin with ord').waitFor()
  await rows.filter({ hasText: 'allow' }).getByText('read', { exact: true }).waitFor()
  assert.equal(await rows.count(), 3)
  for (const look of looks.slice(0, 2))
    assert.deepEqual(await tab.violations(look), [], `${look.scheme}, ${look.width}`)
})

void test('the overview and the list show what flows while it flows', async () => {
  const producer = await kafka.createProducer({ topic: 'orders' })
  const flowing = async (text: () => Promise<string | null>): Promise<boolean> => {
    await producer.send({ value: '{"id": "flowing"}' })
    return /[1-9][\d.,]*\/s/.test((await text()) ?? '')
  }
  await tab.open('/')
  const produced = page.locator('.figure').filter({ hasText: 'Produced' })
  await waitUntil('the overview shows a rate', () => flowing(() => produced.textContent()))
  await tab.open('/resources/stream')
  const row = page.getByRole('grid', { name: 'Streams' }).getByRole('row').filter({ hasText: 'orders' })
  await waitUntil('the list shows a rate', () => flowing(() => row.textContent()))
  await producer.close()
})
