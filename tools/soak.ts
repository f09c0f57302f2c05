// `npm run soak`: what takes too long for each change. The model in 20,000 histories, every rule taken away, 600 kills, many
// power cuts. Adds a line to docs/reports/soak.md; a seed given by WEIR_SEED runs the same again.
import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { killRounds } from '../test/fault/kill-rounds.ts'
import { cutGroupPower } from '../test/fault/group-power-cuts.ts'
import { cutLakePower } from '../test/fault/lake-power-cuts.ts'
import { loadLog } from '../test/fault/loaded-log.ts'
import { cutLogPower } from '../test/fault/log-power-cuts.ts'
import { sendGenerated } from '../test/fault/generated-requests.ts'
import { cutMetadataPower } from '../test/fault/metadata-power-cuts.ts'
import { cutObjectPower } from '../test/fault/object-power-cuts.ts'
import { cutTransactionPower } from '../test/fault/transaction-power-cuts.ts'
import { tellTorture, torture } from '../test/fault/torture/torture.ts'
import { exploreGroups, histories } from '../test/model/groups/explore.ts'
import { rulesWithout } from '../test/model/rules.ts'
import { sweep } from '../test/model/sweep.ts'
import { sweepTransactions } from '../test/transactions/sweep.ts'
import { refuse, toolOptions } from './tool-options.ts'

const seed = Number(process.env['WEIR_SEED'] ?? randomInt(2 ** 31))
const report = 'docs/reports/soak.md'
const command = toolOptions('soak', `What takes too long for each change; adds what it found to ${report}.`)
  .argument('[word]', 'only the parts that have it in their name')
  .addHelpText('after', '\nWEIR_SEED: a seed as a run before printed it, for the same once more')
  .parse()

interface Part {
  readonly name: string
  /** What it found, in a few words; throws what broke. */
  run(): Promise<string> | string
}

/** With all that may go wrong beside the kills. */
function tortured(what: string, isEncrypted: boolean): Part {
  const kills = 250
  return {
    name: `${what} under kill -9, ${kills} times, torn tails, full disks, damage and a jumping clock`,
    run: async () => {
      const say = (line: string): void => console.log(`  ${line}`)
      return tellTorture(await torture({ seed, kills, aliveMs: 300, workChance: 0.4, isEncrypted, say }))
    },
  }
}

const parts: readonly Part[] = [
  {
    name: 'model, 20,000 seeds',
    run: () => {
      const { findings, commits, queries } = sweep(rulesWithout(), seed % 1_000_000_000, 20_000)
      if (findings.length > 0)
        throw new Error(findings.map(({ seed: at, violation }) => `${at}: ${violation}`).join('; '))
      return `${commits} commits, ${queries} queries, nothing broken`
    },
  },
  {
    name: 'transactions, 30,000 seeds',
    run: async () => {
      const { findings, committed, aborted } = await sweepTransactions(seed % 1_000_000_000, 30_000)
      if (findings.length > 0)
        throw new Error(findings.map(({ seed: at, violation }) => `${at}: ${violation}`).join('; '))
      return `${committed} committed, ${aborted} aborted, nothing broken`
    },
  },
  {
    name: 'groups, 3,000 seeds of each protocol',
    run: async () => {
      const found: string[] = []
      for (const [protocol, begin] of Object.entries(histories))
        found.push(`${protocol} ${JSON.stringify(await exploreGroups(begin, seed % 1_000_000_000, 3000))}`)
      return `${found.join(', ')}: nothing broken`
    },
  },
  {
    name: 'power cuts of the log, 400',
    run: async () => {
      await cutLogPower(seed, { rounds: 100, cuts: 400 })
      return 'held'
    },
  },
  {
    name: 'power cuts of transactions, 300',
    run: async () => {
      await cutTransactionPower(seed, { rounds: 40, cuts: 300 })
      return 'held'
    },
  },
  {
    name: 'power cuts of groups, 300',
    run: async () => {
      await cutGroupPower(seed, { rounds: 60, cuts: 300 })
      return 'held'
    },
  },
  {
    name: 'power cuts of users, ACLs, quotas, topics, settings, schemas and keys, 200 each',
    run: async () => {
      for (const isEncrypted of [false, true]) await cutMetadataPower(seed, { rounds: 60, cuts: 200, isEncrypted })
      return 'held'
    },
  },
  {
    name: 'requests of any values, 100 of each version of each API',
    run: async () => JSON.stringify(await sendGenerated(seed, 100)),
  },
  {
    name: 'a log under load, 3,500 connections, 400 slow readers, 10,000 partitions',
    run: async () => {
      const memoryBytes = 768_000_000
      const load = {
        memoryBytes,
        connections: 3500,
        slowReaders: 400,
        slowWriters: 100,
        // They come to their end, and others of them get what they held.
        stallMs: 3000,
        partitions: 10_000,
        written: 10_000,
        rounds: 1000,
      }
      const { peakBytes, longestMs } = await loadLog(load)
      if (peakBytes > memoryBytes) throw new Error(`${peakBytes} bytes of memory, of ${memoryBytes}`)
      return `${Math.round(peakBytes / 1e6)} MB at most, an answer within ${Math.round(longestMs)} ms`
    },
  },
  tortured('a log', false),
  tortured('an encrypted log', true),
  {
    name: 'power cuts of the object store, 3,000',
    run: async () => {
      await cutObjectPower(seed, 3000)
      return 'held'
    },
  },
  {
    name: 'power cuts of the lake, 300',
    run: async () => {
      await cutLakePower(seed, { rounds: 40, cuts: 300 })
      return 'held'
    },
  },
  {
    name: 'kill -9, 100 times',
    run: async () => {
      const { killed, acknowledged, sent } = await killRounds(seed, 100, (line) => console.log(`  ${line}`))
      return `${JSON.stringify(killed)}, ${acknowledged} of ${sent} values acknowledged, each there once`
    },
  },
]

if (!existsSync(report)) {
  mkdirSync('docs/reports', { recursive: true })
  writeFileSync(report, '# Soak runs\n\n| when | commit | seed | part | result |\n|---|---|---|---|---|\n')
}
const word = command.args[0] ?? ''
const chosen = parts.filter(({ name }) => name.includes(word))
if (chosen.length === 0)
  refuse(`no part has "${word}" in its name; there are:\n${parts.map(({ name }) => `  ${name}`).join('\n')}`)
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
console.log(`seed ${seed}`)
for (const part of chosen) {
  const { name } = part
  console.log(name)
  const started = performance.now()
  let result: string
  try {
    result = await part.run()
  } catch (error) {
    result = `FAILED: ${error instanceof Error ? error.message : String(error)}`.replaceAll(/[\n|]/g, ' ')
    process.exitCode = 1
  }
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(`  ${result} (${seconds} s)`)
  appendFileSync(
    report,
    `| ${new Date().toISOString().slice(0, 16)} | ${commit} | ${seed} | ${name} | ${result} (${seconds} s) |\n`,
  )
}
// Clients of a log that was killed may still wait for it.
process.exit()
