import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import type { Browser, Page } from 'playwright-core'
import type { LedgerHop } from '../../src/platform/operations.ts'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'
import { looks, openConsole, type ConsolePage } from './open-console.ts'
import { produceValues, readHops, waitForLedger } from './shop.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const columns = { id: 'long' }
const resources = ['again', 'on', 'lost'].flatMap((name) => {
  const from = stream(name, { partitions: 1 })
  const to = table(name, { columns })
  return [from, to, delivery(name + '-to-lake', { from, to, flush: { age: name === 'lost' ? '1 hour' : '1 s' } })]
})
export default defineProject({ name: 'halted', resources })
`

let browser: Browser
let weir: RunningWeir
let tab: ConsolePage
let page: Page

before(async () => {
  buildConsoleWhenStale(process.execPath)
  ;[browser, weir] = await Promise.all([startChromium(), startWeir('console-halted', project)])
  tab = await openConsole(browser, weir.endpoints.http)
  page = tab.page
})

after(async () => {
  await browser?.close()
  await weir?.[Symbol.asyncDispose]()
})

const question = () => page.getByRole('alert', { name: 'The delivery has halted and asks' })
const hopOf = async (delivery: string): Promise<LedgerHop> =>
  (await readHops(weir.endpoints.http)).find((hop) => hop.delivery === delivery)!

/** Three rows in one snapshot, three in the next, then the first again: as an operator with another engine would do it. */
async function rollBack(name: string): Promise<void> {
  const { http, iceberg } = weir.endpoints
  const delivery = `${name}-to-lake`
  const table = `${iceberg.replace(/\/$/, '')}/v1/namespaces/public/tables/${name}`
  await produceValues(http, name, ['{"id":1}', '{"id":2}', '{"id":3}'])
  await waitForLedger(http, (hop) => hop.delivery === delivery && hop.delivered === '3')
  const before = await currentSnapshot(table)
  await produceValues(http, name, ['{"id":4}', '{"id":5}', '{"id":6}'])
  await waitForLedger(http, (hop) => hop.delivery === delivery && hop.delivered === '6')
  const updates = [{ action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': before }]
  const response = await fetch(table, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requirements: [], updates }),
  })
  assert.ok(response.ok, await response.text())
  await produceValues(http, name, ['{"id":7}'])
}

async function currentSnapshot(table: string): Promise<number> {
  const { metadata } = (await (await fetch(table)).json()) as { metadata: { 'current-snapshot-id': number } }
  return metadata['current-snapshot-id']
}

async function openQuestion(name: string): Promise<void> {
  await tab.open(`/resources/delivery/${name}-to-lake`)
  await question().waitFor()
}

async function answer(title: string, name?: string): Promise<void> {
  await question()
    .getByRole('button', { name: `${title} …` })
    .click()
  const dialog = page.getByRole('dialog')
  const confirm = dialog.getByRole('button', { name: title })
  if (name !== undefined) {
    assert.ok(await confirm.isDisabled(), 'what leaves records out wants the name typed')
    await dialog.getByRole('textbox').fill(`${name}-to-lake`)
  }
  await confirm.click()
  await page.getByText('✓ answered, it goes on').waitFor()
  await question().waitFor({ state: 'detached' })
}

void test('after a rollback it asks, says what each answer does, and delivers again when told to', async () => {
  await rollBack('again')
  await openQuestion('again')
  for (const text of [
    'was rolled back',
    'is read from the stream and delivered once more',
    'the ledger keeps it as skipped',
    'weir delivery resume again-to-lake --deliver-again',
    'weir delivery resume again-to-lake --go-on',
    'weir explain WEIR-5010',
  ])
    await question().getByText(text).first().waitFor()
  for (const look of looks) assert.deepEqual(await tab.violations(look), [], `${look.scheme}, ${look.width}`)
  assert.ok(await page.getByRole('button', { name: 'Commit now' }).isDisabled())
  assert.equal((await hopOf('again-to-lake')).holds, false, 'a table that was rolled back is not what the ledger says')
  await answer('Deliver again')
  await waitForLedger(weir.endpoints.http, (hop) => hop.delivery === 'again-to-lake' && hop.delivered === '7')
  await tab.open('/activity')
  await page.getByRole('grid', { name: 'Activity' }).getByText('resume', { exact: true }).waitFor()
})

void test('or goes on without it: the ledger shows what was skipped and leads to those records', async () => {
  await rollBack('on')
  await openQuestion('on')
  await answer('Go on without it', 'on')
  await waitUntil('the rest is delivered', async () => (await hopOf('on-to-lake')).pending === '0')
  await tab.open('/ledger?hop=on-to-lake')
  const partitions = page.getByRole('region', { name: 'Partitions' })
  await partitions.getByText('partition 0, offsets 3 to 5').waitFor()
  await partitions.getByRole('link', { name: 'the records around it' }).click()
  const records = page.getByRole('grid', { name: 'Records of on' })
  await records.getByText('{"id":4}').waitFor()
})

void test('records that are gone before they were delivered are a loss that an operator accepts', async () => {
  const { http, kafka: broker } = weir.endpoints
  await produceValues(http, 'lost', ['{"id":1}', '{"id":2}'])
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  // Makes it know where the topic is.
  await admin.fetchTopicOffsets('lost')
  await admin.deleteTopicRecords({ topic: 'lost', partitions: [{ partition: 0, offset: '2' }] })
  await admin.disconnect()
  await killWorker('lost-to-lake')
  await openQuestion('lost')
  await answer('Accept the loss', 'lost')
  await tab.open('/ledger?hop=lost-to-lake')
  await page.getByRole('region', { name: 'Partitions' }).getByText('partition 0, offsets 0 to 1').waitFor()
})

/** What it had not committed goes with it. */
async function killWorker(delivery: string): Promise<void> {
  const { processes } = (await (await fetch(`${weir.endpoints.http}/api/v1/status`)).json()) as {
    processes: readonly { name: string; pid: number | null }[]
  }
  const worker = processes.find(({ name }) => name.includes(delivery))
  assert.ok(worker?.pid, JSON.stringify(processes))
  process.kill(worker.pid, 'SIGKILL')
}
