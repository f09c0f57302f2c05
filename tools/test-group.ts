// One process of tools/test.ts: the test files that are named, each a suite of its own, so that what a file does before and
// after its tests is done around its own tests only.
import { suite } from 'node:test'
import { pathToFileURL } from 'node:url'

for (const file of process.argv.slice(2)) void suite(file, async () => void (await import(pathToFileURL(file).href)))
