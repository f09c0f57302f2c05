import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Clients of schema registries that nobody here wrote, against a Weir: `node clients.ts HTTP KAFKA`. They come from their package registries
 * into a cache outside the repository (WEIR_CACHE), without running their install scripts.
 */
const [http = '', kafka = ''] = process.argv.slice(2)
if (!http.startsWith('http://') || !kafka.includes(':'))
  throw new Error('name the HTTP address and the bootstrap address')
const registry = `${http}/schema-registry`
const cache = join(process.env['WEIR_CACHE'] ?? join(homedir(), '.cache/weir-conformance'), 'schema-registry')
const confluentKafka = 'confluent-kafka[avro,json]==2.16.1'
const nodePackages = [
  '@kafkajs/confluent-schema-registry@4.1.0',
  '@confluentinc/schemaregistry@1.10.1',
  'kafkajs@2.2.4',
]
const franzRegistry = 'github.com/twmb/franz-go/pkg/sr@v1.8.0'

function here(name: string): string {
  return new URL(name, import.meta.url).pathname
}

/** Runs `install` in a folder of its own, once. */
function prepared(name: string, install: (folder: string) => void): string {
  const folder = join(cache, name)
  const done = join(folder, '.done')
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true })
    install(folder)
    writeFileSync(done, '')
  }
  return folder
}

const quietly = (command: string, args: readonly string[], cwd: string): void =>
  void execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })

function python(): boolean {
  const folder = prepared('python-2.16.1', (at) => {
    quietly('python3', ['-m', 'venv', at], at)
    quietly(join(at, 'bin/pip'), ['-q', 'install', confluentKafka], at)
  })
  return run(join(folder, 'bin/python'), [here('confluent_python.py'), registry, kafka], folder)
}

function node(): boolean {
  const folder = prepared('node-1', (at) => {
    writeFileSync(join(at, 'package.json'), '{"private": true}')
    quietly('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...nodePackages], at)
  })
  return run(process.execPath, [here('confluent-node.mjs'), registry, kafka], folder)
}

function go(): boolean {
  const folder = prepared('go-1.8.0', (at) => {
    writeFileSync(join(at, 'go.mod'), 'module conformance\n\ngo 1.24\n')
    copyFileSync(here('franz.go'), join(at, 'main.go'))
    quietly('go', ['get', franzRegistry], at)
  })
  copyFileSync(here('franz.go'), join(folder, 'main.go'))
  return run('go', ['run', '.', registry], folder)
}

function run(command: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(command, args, { cwd, stdio: 'inherit', timeout: 300_000 }).status === 0
}

const results = [python(), node(), go()]
process.exitCode = results.every(Boolean) ? 0 : 1
