import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { watchProject } from './watch-project.ts'

/** As vim, `sed -i` and git save: a new file takes the old one's place. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}~new`, text)
  renameSync(`${path}~new`, path)
}

/** What the last apply read, of every file named. */
function watched(files: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-watch-'))
  for (const sub of ['streams', 'data', '.weir', 'node_modules']) mkdirSync(join(folder, sub))
  for (const file of files) writeFileSync(join(folder, file), 'first')
  const said: string[] = []
  const seen = { text: '', times: 0 }
  const apply = async (): Promise<boolean> => {
    const text = files.map((file) => readFileSync(join(folder, file), 'utf8')).join(' ')
    if (text.includes('wrong')) throw new WeirError('WEIR-1002', `it says ${text}`, { at: 'weir.config.ts:1:1' })
    seen.text = text
    seen.times++
    return true
  }
  const watch = watchProject({ directory: folder, ignored: [join(folder, 'data')], apply }, (line) => said.push(line))
  return {
    said,
    seen,
    path: (file: string) => join(folder, file),
    sees: (text: string) => waitUntil(`${text} is seen`, () => seen.text.includes(text), 5000),
    [Symbol.dispose]() {
      watch.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

void test('every save by renaming is seen, not only the first, in files that the project imports too', async () => {
  using project = watched(['weir.config.ts', 'streams/orders.ts'])
  for (const file of ['weir.config.ts', 'streams/orders.ts', 'weir.config.ts', 'streams/orders.ts'])
    for (const text of ['one', 'two', 'three']) {
      replace(project.path(file), `${file} ${text}`)
      await project.sees(`${file} ${text}`)
    }
})

void test('a file in a folder that came later, and in one that was replaced, is seen', async () => {
  using project = watched(['weir.config.ts', 'streams/orders.ts'])
  mkdirSync(project.path('later/deep'), { recursive: true })
  writeFileSync(project.path('later/deep/x.ts'), '1')
  const { times } = project.seen
  await waitUntil('the new folder is seen', () => project.seen.times > times)
  rmSync(project.path('streams'), { recursive: true })
  mkdirSync(project.path('streams'))
  writeFileSync(project.path('streams/orders.ts'), 'put back')
  await project.sees('put back')
  replace(project.path('streams/orders.ts'), 'and changed')
  await project.sees('and changed')
})

void test('after an error was corrected it is said that all is well, once', async () => {
  using project = watched(['weir.config.ts'])
  replace(project.path('weir.config.ts'), 'wrong')
  await waitUntil('the error is said', () => project.said.length === 1)
  assert.match(project.said[0]!, /^weir\.config\.ts:1:1 {2}it says wrong {2}\[WEIR-1002\]$/)
  replace(project.path('weir.config.ts'), 'mended')
  await waitUntil('the end of it is said', () => project.said.length === 2)
  assert.match(project.said[1]!, /right again/)
  replace(project.path('weir.config.ts'), 'more')
  await project.sees('more')
  assert.equal(project.said.length, 2)
})

void test('what Weir and npm write is no change of the project', async () => {
  using project = watched(['weir.config.ts'])
  for (const file of ['data/v1.metadata.json', '.weir/endpoints.json', 'node_modules/x.js'])
    writeFileSync(project.path(file), '{}')
  replace(project.path('weir.config.ts'), 'last')
  await project.sees('last')
  assert.equal(project.seen.times, 1)
})
