// Fills a cache of objects until it is killed: `cache-killed.ts FOLDER SEED`. Each object's bytes follow from its name.
import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { openObjectCache } from '../../src/storage/objects/cache/object-cache.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { cachedBytes, readInPieces } from './cached-bytes.ts'

const [folder = '', seed = '0'] = process.argv.slice(2)
const random = seededRandom(Number(seed))
const cache = openObjectCache({
  folder,
  bytesMax: 3_000_000,
  files: nodeFiles,
  clock: systemClock,
  read: (location, sink) => readInPieces(cachedBytes(location), sink),
})
process.stdout.write('filling\n')
const readers = Array.from({ length: 4 }, async () => {
  for (;;) (await cache.hold(`s3://b/${random.pick(60)}`)).release()
})
await Promise.all(readers)
