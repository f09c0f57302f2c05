import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { eventually } from '../support/deadline.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { sqlOf } from './sql-of.ts'

const project = `import { crawler, defineProject } from 'weir-data'
export default defineProject({ name: 'killed', resources: [crawler('files', { path: './data', table: 'rows', sampleRows: 'all' })] })
`
const rounds = 5
const filesARound = 150

void test('INV-C1: after a kill in the middle of a crawl, SQL reads the crawl of before or the whole new one, and the next goes on', async (context) => {
  const seed = chosenSeed(context)
  const random = seededRandom(seed)
  await using weir = await restartableWeir('kill-crawl', { project })
  write(weir, 0)
  await weir.start()
  await eventually('the first crawl', async () => (await count(weir)) === filesARound || undefined)
  let before = filesARound
  for (let round = 1; round <= rounds; round++) {
    write(weir, round)
    const crawl = weir.command('crawl', 'files')
    await pause(random.pick(1500))
    process.kill(weir.pid(), 'SIGKILL')
    await weir.gone()
    await crawl
    await weir.start()
    const found = await eventually('SQL answers', () => count(weir))
    const all = before + filesARound
    assert.ok(
      found === before || found === all,
      `seed ${seed}, round ${round}: ${found} rows, neither ${before} nor ${all}`,
    )
    const { code, stderr } = await weir.command('crawl', 'files')
    assert.equal(code, 0, stderr)
    assert.equal(await count(weir), all, `seed ${seed}, round ${round}`)
    before = all
  }
})

async function count(weir: RestartableWeir): Promise<number> {
  return Number((await sqlOf<{ n: string }>(weir, 'select count(*) as n from rows'))[0]!.n)
}

function write({ folder }: RestartableWeir, round: number): void {
  for (let file = 0; file < filesARound; file++) {
    const place = join(folder, `data/round=${round}`)
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, `${file}.csv`), `id,text\n${round * filesARound + file},x\n`)
  }
}
