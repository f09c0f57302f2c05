import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildConsoleWhenStale } from '../../scripts/build-console.mjs'

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

void test('editor, graph and charts come when a page needs them', () => {
  const html = readFileSync(`${built}index.html`, 'utf8')
  for (const heavy of ['sql-editor', 'resource-graph', 'line-chart']) assert.ok(!html.includes(heavy), heavy)
})
