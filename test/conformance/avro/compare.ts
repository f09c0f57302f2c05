import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parseAvroSchema } from '../../../src/record/schema/avro/avro-language.ts'
import { InvalidSchema } from '../../../src/record/schema/invalid-schema.ts'
import { createStepBudget } from '../../../src/record/schema/step-budget.ts'
import { avroPairs } from './random-schemas.ts'

/**
 * Random schemas and small changes of them, read by Avro's own library for Java and by ours: both refuse the same, write the same text, and
 * say the same of what reads what. `node compare.ts [SEED]`
 */
const seed = Number(process.argv[2] ?? Math.floor(Math.random() * 2 ** 31))
const count = 12_000
const avro = '1.12.1'
const folder = join(process.env['WEIR_CACHE'] ?? join(homedir(), '.cache/weir-conformance'), `avro-${avro}`)

function fetchAvro(): void {
  if (existsSync(join(folder, 'lib'))) return
  mkdirSync(folder, { recursive: true })
  const dependency = `<dependency><groupId>org.apache.avro</groupId><artifactId>avro</artifactId><version>${avro}</version></dependency>`
  const project = `<modelVersion>4.0.0</modelVersion><groupId>conformance</groupId><artifactId>avro</artifactId><version>1</version>`
  writeFileSync(join(folder, 'pom.xml'), `<project>${project}<dependencies>${dependency}</dependencies></project>`)
  const goal = ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}/lib`]
  execFileSync('mvn', goal, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
}

function askJava(pairs: readonly (readonly [string, string])[]): readonly (readonly string[])[] {
  const program = new URL('JavaAvro.java', import.meta.url).pathname
  const { stdout, status } = spawnSync('java', ['-cp', `${folder}/lib/*`, program], {
    input: pairs.map((pair) => `${pair.join('\t')}\n`).join(''),
    maxBuffer: 1e9,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  if (status !== 0) throw new Error(`java ended with ${status}`)
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
}

function askOurs([reader, writer]: readonly [string, string]): readonly string[] {
  try {
    const [ours, theirs] = [parseAvroSchema(reader, [], true), parseAvroSchema(writer, [], true)]
    const found = ours.incompatibilities(theirs, 'strict', createStepBudget(1_000_000))
    return [ours.canonical, theirs.canonical, found.length === 0 ? 'COMPATIBLE' : 'INCOMPATIBLE']
  } catch (error) {
    if (!(error instanceof InvalidSchema)) throw error
    return ['invalid', error.message]
  }
}

fetchAvro()
const pairs = fc.sample(avroPairs, { numRuns: count, seed })
const answers = askJava(pairs)
const counts = { alike: 0, refused: 0, different: 0 }
pairs.forEach((pair, at) => {
  const [java, ours] = [answers[at]!, askOurs(pair)]
  // Java holds a default to its type before it has read the type, when that is defined further on.
  if (ours[0] !== 'invalid' && java[1]?.includes('UnresolvedSchema')) return
  if (java[0] === 'invalid' && ours[0] === 'invalid') counts.refused++
  else if (java.join('\t') === ours.join('\t')) counts.alike++
  else if (counts.different++ < 10)
    console.log(`FAIL  ${pair.join('\n      ')}\n      java ${java.join(' ')}\n      ours ${ours.join(' ')}`)
})
console.log(`seed ${seed}: ${counts.alike} pairs read alike, ${counts.refused} refused by both`)
console.log(`avro: ${counts.alike + counts.refused} passed, ${counts.different} failed`)
process.exitCode = counts.different > 0 || counts.alike < count / 4 ? 1 : 0
