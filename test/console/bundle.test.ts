import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'
import { withHttpServer } from '../support/http-server.ts'

const built = fileURLToPath(new URL('../../console/dist/', import.meta.url))
const firstLoadMax = 250_000

before(() => buildConsoleWhenStale(process.execPath))

void test('the first load of the console is at most 250 KB compressed', () => {
  const html = readFileSync(`${built}index.html`, 'utf8')
  const files = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => path!)
  assert.ok(
    files.some((path) => path.endsWith('.js')),
    'index.html names its scripts',
  )
  const bytes = ['index.html', ...files].reduce(
    (sum, path) => sum + gzipSync(readFileSync(`${built}${path}`)).byteLength,
    0,
  )
  assert.ok(bytes <= firstLoadMax, `${bytes} bytes are loaded before the first page`)
})

void test('INV-CO11: each file lies beside its compressed copy, which is what browsers are sent', async () => {
  const assets = readdirSync(`${built}assets`).filter((name) => /[.](js|css)$/.test(name))
  assert.ok(assets.length > 10)
  await withHttpServer({ consoleDirectory: built }, async (app) => {
    for (const url of ['/', '/ledger', ...assets.map((name) => `/assets/${name}`)]) {
      const plain = await app.inject({ url, headers: { accept: 'text/html, */*' } })
      const sent = await app.inject({ url, headers: { accept: 'text/html, */*', 'accept-encoding': 'gzip, br' } })
      assert.deepEqual([plain.statusCode, plain.headers['content-encoding']], [200, undefined], url)
      assert.deepEqual([sent.statusCode, sent.headers['content-encoding']], [200, 'gzip'], url)
      assert.equal(sent.headers['content-type'], plain.headers['content-type'], url)
      assert.equal(sent.headers['cache-control'], plain.headers['cache-control'], url)
      assert.match(String(sent.headers['vary']), /accept-encoding/i, url)
      assert.ok(gunzipSync(sent.rawPayload).equals(plain.rawPayload), url)
    }
  })
})

void test('editor, graph and charts come when a page needs them', () => {
  const html = readFileSync(`${built}index.html`, 'utf8')
  for (const heavy of ['sql-editor', 'resource-graph', 'line-chart']) assert.ok(!html.includes(heavy), heavy)
})
