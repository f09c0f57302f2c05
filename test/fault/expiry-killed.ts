// A process that expires snapshots of a table in S3 and removes its orphans, and is killed meanwhile: node expiry-killed.ts CATALOG S3 BUCKET FOLDER
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { expireSnapshots } from '../../src/lake/maintenance/expire-snapshots.ts'
import { removeOrphans } from '../../src/lake/maintenance/remove-orphans.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { committedTable } from '../support/lake-commits.ts'

const [uri, endpoint, bucket, cacheDirectory] = process.argv.slice(2) as [string, string, string, string]
const region = process.env['AWS_REGION'] ?? 'us-east-1'
const s3 = { endpoint, region, pathStyle: true, cacheDirectory, patience: { delayMs: 10, delayMsMax: 200 } }
const store = openObjectStore({ roots: [`s3://${bucket}`], files: nodeFiles, s3 })
/** As if it were run next week: what is there now is old enough to go. */
const now = (): number => Date.now() + 9 * 86_400_000
const context = { client: connectCatalog({ uri }), store, reader: manifestReader(store), now }
process.stdout.write('begins\n')
const expired = await expireSnapshots(committedTable, context)
process.stdout.write('expired\n')
const orphans = await removeOrphans(committedTable, context)
process.stdout.write(`${expired.snapshots} snapshots ${orphans.files} orphans\n`)
process.exit(0)
