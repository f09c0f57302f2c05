import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { catalogue } from '../src/kernel/errors/catalogue.ts'
import { forbidden, layers } from '../tools/layers.mjs'

const sources = globSync('src/**/*.ts').toSorted()
const bannedNames = ['utils', 'util', 'helpers', 'helper', 'misc', 'common', 'manager', 'base']

/** `from 'x'`, `import 'x'` and `import('x')` of a package, at the begin or the end of a line. */
const packageImport = /(?:^import |^(?:import|export|\}) .*from |import\()'([a-z@][^'\s]*)'/gm

void test('there is something to look at', () => {
  assert.ok(sources.length > 100, `only ${sources.length} files under src/`)
})

void test('every folder of src/ is in the list of layers', () => {
  const known = new Set(layers.flat())
  for (const file of sources) {
    const [, folder, inside] = file.split('/')
    if (inside !== undefined) assert.ok(known.has(folder!), `${file}: add src/${folder} to tools/layers.mjs`)
  }
})

void test('no import goes up or sideways', () => {
  const banned = new Map(forbidden.map(({ folder, names }) => [folder, new Set(names)]))
  let seen = 0
  for (const file of sources) {
    for (const target of importsOf(file)) {
      seen++
      const [, from] = file.split('/')
      const [, to, inside] = target.split('/')
      if (inside === undefined) continue
      assert.ok(!banned.get(from!)?.has(to!), `${file} imports ${target}: not allowed by tools/layers.mjs`)
    }
  }
  assert.ok(seen > 100, `only ${seen} imports seen`)
})

void test('what runs imports what the package installs: nothing that is for tests alone', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> }
  const seen = new Set<string>()
  for (const file of sources.filter((path) => !path.endsWith('.test.ts')))
    for (const [, name] of readFileSync(file, 'utf8').matchAll(packageImport)) {
      const owner = /^(@[^/]+\/)?[^/]+/.exec(name!)![0]
      if (owner.startsWith('node:') || owner === 'weir-data') continue
      seen.add(owner)
      assert.ok(owner in dependencies, `${file} imports ${name}, which is not among the dependencies of package.json`)
    }
  assert.ok(seen.size > 10, [...seen].join(', '))
})

void test('no import cycle', () => {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    const at = path.indexOf(file)
    assert.equal(at, -1, `cycle: ${[...path.slice(at), file].join(' -> ')}`)
    if (done.has(file)) return
    path.push(file)
    for (const target of importsOf(file)) visit(target)
    path.pop()
    done.add(file)
  }
  for (const file of sources) visit(file)
})

void test('no name that says nothing', () => {
  for (const file of globSync([
    '{src,test,tools,benchmarks,examples}/**/*.{ts,mjs}',
    'console/{src,test}/**/*.{ts,tsx}',
  ])) {
    const words = [...dirname(file).split('/'), ...basename(file).split('.').slice(0, 1)]
    for (const word of words)
      assert.ok(!bannedNames.includes(word), `${file}: "${word}" says nothing about what is in it`)
    assert.match(basename(file), /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/, `${file}: file names are kebab-case`)
  }
})

void test('only src/index.ts is a barrel', () => {
  for (const file of sources) {
    if (file === 'src/index.ts') continue
    assert.doesNotMatch(
      readFileSync(file, 'utf8'),
      /^export (\*|\{[^}]*\}) from /m,
      `${file} re-exports: import the file that defines the thing`,
    )
  }
})

void test('every error code is documented, used, and spelled right where it is used', () => {
  const reference = readFileSync('docs/reference/errors.md', 'utf8')
  const uses = sources
    .filter((file) => !file.startsWith('src/kernel/errors/') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  for (const [code, { cause, remedy }] of Object.entries(catalogue)) {
    assert.ok(cause.endsWith('.') && remedy.endsWith('.'), `${code}: cause and remedy are sentences`)
    assert.ok(reference.includes(code), `${code} is not in docs/reference/errors.md: npm run reference`)
    assert.ok(uses.includes(code) || code === 'WEIR-9001', `${code} is never raised`)
  }
})

void test('the lock names a binary for every platform that runs Weir', () => {
  const packages = (
    JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { optionalDependencies?: object }>
    }
  ).packages
  let seen = 0
  for (const [owner, { optionalDependencies }] of Object.entries(packages)) {
    for (const name of Object.keys(optionalDependencies ?? {})) {
      seen++
      assert.ok(findInLock(packages, owner, name), `${owner} wants ${name}, which package-lock.json lacks`)
    }
  }
  assert.ok(seen > 20, `only ${seen} optional dependencies seen`)
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-arm64']) {
    assert.ok(
      packages[`node_modules/@duckdb/node-bindings-${platform}`],
      `no DuckDB for ${platform} in package-lock.json`,
    )
    assert.ok(
      Object.keys(packages).some((name) => /node_modules\/node-(bin-)?/.test(name) && name.endsWith(platform)),
      `no Node for ${platform}`,
    )
  }
})

void test('the repository stays small, and speaks of nobody and no machine', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8', maxBuffer: 1 << 26 })
    .split('\0')
    .filter(Boolean)
  const bytes = tracked.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
  assert.ok(bytes < 15_000_000, `${bytes} bytes are tracked`)
  const lock = readFileSync('package-lock.json', 'utf8')
  assert.doesNotMatch(lock, /"resolved": "https?:/, 'package-lock.json names a registry host')
  for (const file of tracked.filter(
    (name) =>
      /\.(ts|tsx|mjs|md|json|css|html)$/.test(name) && name !== 'test/tidy.test.ts' && name !== 'package-lock.json',
  )) {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) continue
    assert.doesNotMatch(
      readFileSync(file, 'utf8'),
      /\/work\/(main|shared)|\/root\//,
      `${file} names a path of one machine`,
    )
  }
})

function importsOf(file: string): string[] {
  const found = readFileSync(file, 'utf8').matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"\n]*(?:\{[^}]*\}[^'"\n]*)?['"](\.\.?\/[^'"]+)['"]|import\(['"](\.\.?\/[^'"]+)['"]\)/g,
  )
  return [...found]
    .map(([, fixed, dynamic]) => normalize(join(dirname(file), (fixed ?? dynamic)!)))
    .filter((target) => target.startsWith('src/'))
}

function findInLock(packages: Record<string, unknown>, owner: string, name: string): boolean {
  for (
    let folder = owner;
    ;
    folder = folder.includes('/node_modules/') ? folder.slice(0, folder.lastIndexOf('/node_modules/')) : ''
  ) {
    if (`${folder ? `${folder}/` : ''}node_modules/${name}` in packages) return true
    if (folder === '') return false
  }
}
