import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { cliReference } from './cli-reference.ts'

void test('docs/reference/cli.md is what the commands declare', () => {
  const written = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8')
  assert.equal(written, cliReference(), 'run: node src/cli/cli-reference.ts > docs/reference/cli.md')
})
