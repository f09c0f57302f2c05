import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { repository, runWeir } from './restartable-weir.ts'

interface Mistake {
  readonly what: string
  readonly project: string
  /** Where the mistake is, and the nearest right name. */
  readonly line: number
  readonly says: RegExp
}

const mistakes: readonly Mistake[] = [
  {
    what: 'an unknown option',
    line: 2,
    says: /partitons.*partitions/s,
    project: `import { defineProject, stream } from 'weir-data'
const orders = stream('orders', { partitons: 4 })
export default defineProject({ name: 'shop', resources: [orders] })
`,
  },
  {
    what: 'a kind that does not exist',
    line: 1,
    says: /streem.*stream/s,
    project: `import { defineProject, streem } from 'weir-data'
export default defineProject({ name: 'shop', resources: [streem('orders')] })
`,
  },
  {
    what: 'a column of a type that does not exist',
    line: 3,
    says: /strng.*string/s,
    project: `import { defineProject, table } from 'weir-data'

const orders = table('orders', { columns: { id: 'strng' } })
export default defineProject({ name: 'shop', resources: [orders] })
`,
  },
  {
    what: 'a value of the wrong kind',
    line: 2,
    says: /retention.*fortnight/s,
    project: `import { defineProject, stream } from 'weir-data'
const orders = stream('orders', { retention: 'a fortnight' })
export default defineProject({ name: 'shop', resources: [orders] })
`,
  },
  {
    what: 'a reference to what the project does not list',
    line: 4,
    says: /load.*orders/s,
    project: `import { defineProject, delivery, stream, table } from 'weir-data'
const orders = stream('orders', {})
const kept = table('kept', { columns: { id: 'long' } })
const load = delivery('load', { from: orders, to: kept })
export default defineProject({ name: 'shop', resources: [kept, load] })
`,
  },
  {
    what: 'a view that names a table that does not exist',
    line: 3,
    says: /order.*orders/s,
    project: `import { defineProject, table, view } from 'weir-data'
const orders = table('orders', { columns: { id: 'long' } })
const all = view('all_orders', { sql: 'select * from order_s' })
export default defineProject({ name: 'shop', resources: [orders, all] })
`,
  },
  {
    what: 'a syntax error',
    line: 2,
    says: /weir\.config\.ts/,
    project: `import { defineProject } from 'weir-data'
export default defineProject({ name: 'shop', resources: [ )
`,
  },
]

for (const { what, project, line, says } of mistakes) {
  void test(`${what}: an error with file, line and what would be right`, { timeout: 30_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-mistake-'))
    try {
      writeFileSync(join(folder, 'weir.config.ts'), project)
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
      symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
      const ports = ['--kafka-port', '0', '--postgres-port', '0', '--http-port', '0']
      const { code, stderr } = await runWeir(['up', '--dir', folder, ...ports])
      assert.notEqual(code, 0, 'weir up started on a wrong project')
      assert.match(stderr, new RegExp(`weir\\.config\\.ts:${line}\\b`))
      assert.match(stderr, says)
      assert.match(stderr, /WEIR-\d{4}/)
      assert.doesNotMatch(stderr, /^ {4}at /m, 'a stack trace is not for users')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}
