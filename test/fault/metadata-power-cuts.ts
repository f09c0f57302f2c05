import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import type { BrokerConfig } from '../../src/stream/broker/broker.ts'
import { secretKey } from '../../src/stream/broker/encryption/customer-key.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { recordFiles, type Recording } from '../support/power-cut/record-files.ts'
import { replayTo } from '../support/power-cut/replay.ts'
import { runBroker } from '../support/running-broker.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { changers, metadataOf, registryOf, type MetadataClient } from './metadata-changes.ts'

/** One value of a thing; undefined: it is not there. */
interface Change {
  readonly what: string
  readonly value: string | undefined
  readonly askedAt: number
  toldAt: number
}

export interface MetadataPowerCuts {
  readonly rounds: number
  readonly cuts: number
  /** Its key is another one in the second half. */
  readonly isEncrypted?: boolean
  /** Spoils the calls of the log, to see whether that is noticed. */
  readonly careless?: (files: Files) => Files
}

const settingsOf = 'kept'
const security = { authorization: { superUsers: ['User:ANONYMOUS'], allowEveryoneIfNoAcl: false } }

/**
 * Changes users, quotas, ACLs, topics, their settings and schemas, cuts the power at random moments, starts the log on what is left,
 * and finds of each thing what was answered last, or what was asked for since.
 */
export async function cutMetadataPower(
  seed: number,
  { rounds, cuts, isEncrypted = false, careless = (files) => files }: MetadataPowerCuts,
): Promise<void> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'weir-cut-metadata-'))
  const [first, second] = ['the first', 'the second'].map((which) =>
    secretKey(randomBytes(32).toString('base64'), which),
  )
  const encrypted = isEncrypted
    ? [{ encryption: { key: first!, oldKeys: [] } }, { encryption: { key: second!, oldKeys: [first!] } }]
    : [{}, {}]
  try {
    const root = join(folder, 'log')
    mkdirSync(root)
    const recording = recordFiles(nodeFiles, root)
    const files = careless(recording.files)
    const changes: Change[] = []
    for (const config of encrypted)
      await withMetadata(root, files, config, (log) => changeAll(log, changes, recording, random, rounds))
    for (let round = 0; round < cuts; round++) {
      const cut = random.pick(recording.now() + 1)
      const into = join(folder, `cut-${round}`)
      replayTo(recording.history, cut, random.pick(2 ** 31), into)
      await withMetadata(into, nodeFiles, encrypted[1]!, (log) => check(log, changes, cut))
      rmSync(into, { recursive: true })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function withMetadata(
  directory: string,
  files: Files,
  config: Partial<BrokerConfig>,
  work: (log: MetadataClient) => Promise<void>,
): Promise<void> {
  await using log = await runBroker({ files, config: { ...config, directory, security, autoCreateTopics: false } })
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })
  const registry = registryOf(client)
  try {
    await work({ client, registry, port: log.broker.port })
  } finally {
    await registry.close()
    await client.close()
  }
}

/** All kinds at a time, each in its order. */
async function changeAll(
  log: MetadataClient,
  changes: Change[],
  recording: Recording,
  random: Random,
  rounds: number,
): Promise<void> {
  async function change(kind: string, name: string, value: string | undefined): Promise<void> {
    const seen = kind === 'schema' ? JSON.stringify({ type: 'record', name: `R${value}`, fields: [] }) : value
    const made: Change = { what: `${kind} ${name}`, value: seen, askedAt: recording.now(), toldAt: Infinity }
    changes.push(made)
    await changers[kind]!(log, name, value)
    made.toldAt = recording.now()
  }
  await change('topic', settingsOf, 'there')
  await Promise.all(
    Object.keys(changers).map(async (kind) => {
      for (let round = 0; round < rounds; round++) {
        const number = String(changes.length)
        if (kind === 'setting') await change(kind, settingsOf, number)
        else if (kind === 'quota' || kind === 'schema') await change(kind, `${kind}-${random.pick(3)}`, number)
        else {
          const name = `${kind}-${random.pick(3)}`
          const last = changes.findLast(({ what }) => what === `${kind} ${name}`)
          await change(kind, name, last?.value === undefined ? 'there' : undefined)
        }
      }
    }),
  )
}

async function check(log: MetadataClient, changes: readonly Change[], cut: number): Promise<void> {
  const found = await metadataOf(log, settingsOf)
  for (const [what, all] of Map.groupBy(changes, (change) => change.what)) {
    const told = all.findLastIndex(({ toldAt }) => toldAt <= cut)
    const possible = all.slice(Math.max(0, told)).filter(({ askedAt }) => askedAt <= cut)
    const values = possible.map(({ value }) => value)
    if (told < 0) values.push(undefined)
    const value = found.get(what)
    const isDefault = what.startsWith('setting') && told < 0
    assert.ok(
      isDefault || values.includes(value),
      `after a cut at ${cut} ${what} is ${value}, not ${values.join(' or ')}`,
    )
  }
  const known = new Set(changes.map(({ what }) => what))
  for (const what of found.keys())
    assert.ok(known.has(what), `after a cut at ${cut} there is ${what}, which nobody made`)
}
