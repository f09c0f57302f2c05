// One process of tools/test.ts: the test files that are named, each a suite of its own, so that what a file does before and
// after its tests is done around its own tests only.
import { after, suite } from 'node:test'
import { pathToFileURL } from 'node:url'

const leftOpenMs = 3000

for (const file of process.argv.slice(2)) void suite(file, async () => void (await import(pathToFileURL(file).href)))

// What a test left open does not keep the process. Not by node:test's own forceExit: that ends it before all is reported.
after(() => void setTimeout(() => process.exit(), leftOpenMs).unref())
