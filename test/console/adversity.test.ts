import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { restartableWeir } from '../fault/restartable-weir.ts'
import { startChromium } from '../support/chromium.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { openConsole, settled } from './open-console.ts'
import { produceValues, shopProject, waitForLedger } from './shop.ts'

const streams = 500
const stream = `a-name-made-from-the-path-of-a-file-and-the-name-of-a-department.${'x'.repeat(100)}`
const delivery = `long-to-text-${'y'.repeat(60)}`
const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const many = Array.from({ length: ${streams - 1} }, (_, at) => stream('stream-' + at, { partitions: 1 }))
const from = stream('${stream}', { partitions: 1, tags: { owner: 'a department with a name as long as that' } })
const to = table('text', { columns: { id: 'long', note: 'string' } })
const load = delivery('${delivery}', { from, to, flush: { age: '1 s' } })
export default defineProject({ name: 'many', resources: [...many, from, to, load] })
`
const notes = [
  'שלום עולם, مرحبا بالعالم',
  '漢字 👩‍👩‍👧 and so on',
  `<script>document.title = 'taken'</script>`,
  'w'.repeat(3000),
]

let browser: Browser
let many: RunningWeir

before(async () => {
  buildConsoleWhenStale(process.execPath)
  ;[browser, many] = await Promise.all([startChromium(), startWeir('console-many', project)])
  const values = notes.flatMap((note, id) => [{ id, note }, { id: note }]).map((value) => JSON.stringify(value))
  await produceValues(many.endpoints.http, stream, values)
  await waitForLedger(many.endpoints.http, (hop) => hop.rejected === String(notes.length) && hop.pending === '0')
})

after(async () => {
  await browser?.close()
  await many?.[Symbol.asyncDispose]()
})

const pages = [
  '/',
  '/resources/stream',
  `/resources/stream/${stream}`,
  `/resources/stream/${stream}?tab=Data`,
  `/resources/delivery/${delivery}`,
  `/resources/delivery/${delivery}?tab=Spec`,
  '/resources/table/text?tab=Data',
  ...['Schema', 'Partitions', 'Files', 'Snapshots', 'Maintenance', 'Clients'].map(
    (tab) => `/resources/table/text?tab=${tab}`,
  ),
  '/sql',
  `/ledger?hop=${delivery}`,
  `/dead-letters?delivery=${delivery}`,
  '/activity',
  '/settings',
]

void test('long names, any script and 200 % zoom: no page is wider than the window', async () => {
  const { page, faults, open } = await openConsole(browser, many.endpoints.http)
  // A window of 1280 or 640 at 200 %.
  for (const width of [640, 320]) {
    await page.setViewportSize({ width, height: 430 })
    for (const path of pages) {
      await open(path)
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
      assert.ok(wide <= width, `${path} is ${wide} wide in ${width}`)
      assert.ok(!(await page.title()).includes('taken'))
    }
  }
  assert.deepEqual(faults, [])
  await page.close()
})

void test('500 streams are a list that is filtered, a graph that shows what flows, and found by a few letters', async () => {
  const { page, open } = await openConsole(browser, many.endpoints.http)
  await open('/')
  await page.getByText(/without 491 that nothing refers to/).waitFor()
  assert.equal(await page.locator('.react-flow__node').count(), 3 + 8)
  await open('/resources/stream')
  const list = page.getByRole('grid', { name: 'Streams' })
  assert.equal(await list.getAttribute('aria-rowcount'), String(streams + 1))
  await list.focus()
  await page.keyboard.press('End')
  await list.getByRole('link', { name: 'stream-99', exact: true }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Go to' }).pressSequentially('stream-321')
  await page.getByRole('option', { name: 'stream-321 stream' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/resources/stream/stream-321')
  await page.close()
})

void test('a slow answer keeps its place, without movement for who wants none', async () => {
  const { page } = await openConsole(browser, many.endpoints.http)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  let answer = (): void => undefined
  const asked = new Promise<void>((resolve) => (answer = resolve))
  await page.route('**/api/v1/streams?*', async (route) => (await asked, route.continue()))
  await page.goto(`${many.endpoints.http}/resources/stream`)
  await page.locator('[aria-label="Loading"]').waitFor()
  assert.equal(await page.evaluate('document.getAnimations().length'), 0)
  answer()
  await page.getByRole('grid', { name: 'Streams' }).waitFor()
  await page.close()
})

void test('an address with dots in it opens as well: a name, and a query', async () => {
  const { page, open } = await openConsole(browser, many.endpoints.http)
  await open(`/resources/stream/${stream}`)
  await page.getByRole('heading', { name: stream }).waitFor()
  await open('/sql?q=select%20t.id%20from%20text%20t%20order%20by%20t.id')
  await page.locator('.cm-content', { hasText: 'order by t.id' }).waitFor()
  await page.close()
})

void test('keys alone reach the page past the navigation; an address of nothing says so', async () => {
  const { page, open } = await openConsole(browser, many.endpoints.http)
  await open('/settings')
  await page.keyboard.press('Tab')
  await page.getByRole('link', { name: 'Skip to the page' }).waitFor()
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate('document.activeElement.id'), 'page')
  await open('/nowhere')
  await page.getByText('There is no page at this address').waitFor()
  await page.close()
})

void test('a page that is open while Weir stops says so, keeps what it shows, and goes on with the next start', async () => {
  await using weir = await restartableWeir('console-restart', { project: shopProject })
  await weir.start()
  const { page } = await openConsole(browser, `http://127.0.0.1:${weir.ports.http}`)
  await page.goto(`http://127.0.0.1:${weir.ports.http}/`)
  await settled(page)
  await page.getByText('From stream to table').waitFor()
  await weir.stop()
  await page.getByText('Weir does not answer. What you see may be old').waitFor()
  await page.getByText('From stream to table').waitFor()
  // A page that this browser never loaded.
  await page.getByRole('link', { name: 'SQL' }).click()
  await weir.start()
  await page.getByText('Weir does not answer').waitFor({ state: 'detached' })
  await page.getByRole('heading', { name: 'SQL', level: 1 }).waitFor()
  await page.locator('.cm-content').fill('select 42 as answer')
  await page.getByRole('button', { name: /^Run/ }).click()
  await page.getByRole('grid', { name: 'Result' }).getByText('42').waitFor()
  await page.close()
})
