import { existsSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import colors from '../colors.ts'
import { takesConnection } from '../../kernel/takes-connection.ts'
import { formatSize } from '../../kernel/units.ts'
import { readEndpoints } from '../../platform/supervisor/endpoints.ts'
import type { Command } from '../command.ts'
import { listResources } from '../resources.ts'
import { connectWeir } from '../weir-client.ts'
import { dataDirectoryOf } from '../../platform/project/data-place.ts'

const connectTimeoutMs = 2000

interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly found: string
  /** What to do, when it is not as it should be. */
  readonly remedy?: string
}

export const doctor: Command = {
  name: 'doctor',
  summary: 'look at this machine, the project and what runs, and say what is wrong',
  examples: ['weir doctor'],
  async run({ output, directory }) {
    const data = dataDirectoryOf(directory)
    const findings = [
      nodeVersion(),
      project(directory),
      await disk(existsSync(data) ? data : directory),
      ...(await running(data, directory)),
    ]
    output.answer(findings, () => findings.map(textOf).join('\n'))
    return findings.every(({ ok }) => ok) ? 0 : 4
  },
}

function textOf({ check, ok, found, remedy }: Finding): string {
  const mark = ok ? colors.green('✓') : colors.red('✗')
  return `${mark} ${check.padEnd(12)}${found}${remedy === undefined ? '' : `. ${remedy}`}`
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const ok = major > 24 || (major === 24 && minor >= 6)
  return { check: 'node', ok, found: process.versions.node, ...(ok ? {} : { remedy: 'Weir needs Node 24.6 or later' }) }
}

function project(directory: string): Finding {
  const file = join(directory, 'weir.config.ts')
  if (!existsSync(file))
    return { check: 'project', ok: false, found: `no ${file}`, remedy: 'Run weir init, or use --dir' }
  const manifest = join(directory, 'package.json')
  const type = existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: string }).type : undefined
  if (type === 'commonjs')
    return { check: 'project', ok: false, found: 'package.json has "type": "commonjs"', remedy: 'Set "type": "module"' }
  return { check: 'project', ok: true, found: file }
}

async function disk(directory: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(directory)
  const ok = bavail * bsize > 2_000_000_000
  const remedy = ok ? {} : { remedy: 'Free space: deliveries and the log stop when the disk is full' }
  return { check: 'disk', ok, found: `${formatSize(bavail * bsize)} free`, ...remedy }
}

async function running(data: string, directory: string): Promise<Finding[]> {
  const endpoints = readEndpoints(data)
  if (!endpoints) return [{ check: 'weir', ok: true, found: 'not running' }]
  const kafka = endpoints.kafka.split(',').map((address) => door('kafka', address, `tcp://${address}`))
  const others = (['postgres', 'http'] as const).map((name) => door(name, endpoints[name], endpoints[name]))
  const doors = await Promise.all([...kafka, ...others])
  const found = `process ${endpoints.pid}, since ${endpoints.started}`
  return [{ check: 'weir', ok: true, found }, ...doors, ...(await troubles(directory))]
}

/** What Weir itself says is wrong: resources that failed, and the warnings of its status. */
async function troubles(directory: string): Promise<readonly Finding[]> {
  const weir = connectWeir(directory)
  try {
    const [resources, { warnings }] = await Promise.all([
      listResources(weir),
      weir.call<{ readonly warnings: readonly string[] }>('GET', '/api/v1/status'),
    ])
    const failed = resources.filter(({ state }) => state === 'Failed')
    return [
      ...failed.map(({ kind, name, reason }) => ({ check: kind, ok: false, found: `${name}: ${reason ?? 'Failed'}` })),
      ...warnings.map((warning) => ({ check: 'warning', ok: false, found: warning })),
    ]
  } catch (error) {
    return [{ check: 'state', ok: false, found: (error as Error).message }]
  }
}

/** Whether the endpoint takes a connection. */
async function door(name: string, shown: string, url: string): Promise<Finding> {
  const answers = await takesConnection(new URL(url), connectTimeoutMs)
  const remedy = answers ? {} : { remedy: `It does not answer: see weir logs` }
  return { check: name, ok: answers, found: shown, ...remedy }
}
