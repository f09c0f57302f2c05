import { globSync } from 'node:fs'

/** Tests that need more than npm packages say so in their names; `npm run conformance` runs those. */
const needsMore = /\.(kafka|s3|psql|mariadb|spark|systemd)\.test\.ts$/
/** Those of them that hold us against an Apache Kafka: minutes, most of them Kafka's. */
const needsKafka = /\.kafka\.test\.ts$/
const needsS3 = /\.s3\.test\.ts$/
/** Tests that start a PostgreSQL of npm's, or take seconds, say so too: `npm test` runs them, `npm run check` has no time for them. */
const takesTime = /\.(pg|long)\.test\.ts$/

const everywhere = ['src', 'tools', 'test', 'examples', 'benchmarks'].map((folder) => `${folder}/**/*.test.ts`)
const besideTheCode = ['src/**/*.test.ts', 'tools/**/*.test.ts', 'test/*.test.ts', 'test/support/**/*.test.ts']

/** The sets of tests that commands name; paths are relative to the repository. */
const sets: Readonly<Record<string, () => readonly string[]>> = {
  /** Part of `npm run check`: fast, and without a running Weir. */
  unit: () => findTests(besideTheCode).filter((file) => !needsMore.test(file) && !takesTime.test(file)),
  /** All that `npm test` runs. */
  all: () => findTests(everywhere).filter((file) => !needsMore.test(file)),
  /** What needs something from outside npm, but for an Apache Kafka. */
  conformance: () => findTests(everywhere).filter((file) => needsMore.test(file) && !needsKafka.test(file)),
  /** What needs an S3 server; in `conformance` too. */
  s3: () => findTests(everywhere).filter((file) => needsS3.test(file)),
  /** What needs an Apache Kafka. */
  kafka: () => findTests(everywhere).filter((file) => needsKafka.test(file)),
}

/** The files of a set, or those that patterns match, without the tests that need more than npm packages. */
export function testFiles(words: readonly string[]): readonly string[] {
  const set = words.length === 1 ? sets[words[0]!] : undefined
  return set ? set() : findTests(words).filter((file) => !needsMore.test(file))
}

function findTests(patterns: readonly string[]): readonly string[] {
  return globSync([...patterns], { exclude: ['**/node_modules/**'] }).toSorted()
}
