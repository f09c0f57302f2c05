import { globSync } from 'node:fs'

/** Tests that need more than npm packages say so in their names; `npm run conformance` runs those. */
const needsMore = /\.(kafka|s3|psql|mariadb|spark)\.test\.ts$/

/** The sets of tests that commands name. Paths are relative to the repository. */
export const testSets = {
  /** Part of `npm run check`: fast, and without a running Weir. */
  unit: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'test/*.test.ts', 'test/support/**/*.test.ts'],
  /** All that `npm test` runs. */
  all: [
    'src/**/*.test.ts',
    'tools/**/*.test.ts',
    'test/**/*.test.ts',
    'examples/**/*.test.ts',
    'benchmarks/**/*.test.ts',
  ],
} as const

/** The files that patterns match, without the tests that need more than npm packages. */
export function testFiles(patterns: readonly string[]): readonly string[] {
  return findTests(patterns).filter((file) => !needsMore.test(file))
}

/** The tests that need something from outside npm. */
export function conformanceTests(): readonly string[] {
  return findTests(testSets.all).filter((file) => needsMore.test(file))
}

function findTests(patterns: readonly string[]): readonly string[] {
  return globSync([...patterns], { exclude: ['**/node_modules/**'] }).toSorted()
}
