// A process that puts manifests together and compacts the table of a catalog, and is killed meanwhile: node compaction-killed.ts URI ROOT FOLDER
import { DuckDBInstance } from '@duckdb/node-api'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { compactTable } from '../../src/lake/maintenance/compaction/compact-table.ts'
import { rewriteManifests } from '../../src/lake/maintenance/rewrite-manifests.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { compactedTable, rowEngine } from '../support/compacted-lake.ts'

const [uri, root, folder] = process.argv.slice(2) as [string, string, string]
const db = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
await db.run(`SET TimeZone = 'UTC'`)
const store = openObjectStore({ roots: [root], files: nodeFiles })
const context = { client: connectCatalog({ uri }), store, reader: manifestReader(store), engine: rowEngine(db), folder }
process.stdout.write('begins\n')
await rewriteManifests(compactedTable, context, { countMin: 2 })
const { groups, left } = await compactTable(compactedTable, context)
process.stdout.write(`${groups.length} groups ${left.length} left\n`)
process.exit(0)
