import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crawledFolder } from '../support/crawled-folder.ts'
import { deltaEngine } from './delta-engine.ts'
import { areSame, comparable, parseRow } from './delta-rows.ts'
import { checkWriting } from './delta-writers.ts'

/**
 * Delta tables of two writers: `node test/conformance/delta-readers.ts delta-rs|spark`. What the other one wrote is crawled, and what Weir wrote is read and
 * written on by the other one, and by Weir again. Each prints the rows that it reads; fails on any difference.
 */
interface Table {
  readonly name: string
  readonly rows: readonly string[]
}

const [chosen = ''] = process.argv.slice(2)
const engine = deltaEngine(chosen)
const folder = mkdtempSync(join(tmpdir(), 'weir-delta-'))
try {
  for (const line of engine.run(engine.tables, [folder])) await compare(JSON.parse(line) as Table)
} finally {
  rmSync(folder, { recursive: true })
}
if (!(await checkWriting(engine))) process.exitCode = 1

async function compare({ name, rows }: Table): Promise<void> {
  await using crawled = await crawledFolder()
  const { summary } = await crawled.crawl({ folder: join(folder, name) })
  const told = ` of ${summary.files} files, ${summary.format}`
  if (!areSame(`${name}, read by a crawler`, comparable(await crawled.rows()), comparable(rows.map(parseRow)), told))
    process.exitCode = 1
}
