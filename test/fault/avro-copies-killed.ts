// Makes copies of files of rows in Avro until it is killed: `avro-copies-killed.ts FOLDER FILES…`, each file with its rows: `PATH=ROWS`.
import { statSync } from 'node:fs'
import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { openAvroCopies } from '../../src/lake/avro-rows/avro-copies.ts'
import { localObjects } from '../../src/storage/objects/local.ts'

const [folder = '', ...words] = process.argv.slice(2)
const copies = openAvroCopies({
  folder,
  bytesMax: 1e9,
  files: nodeFiles,
  clock: systemClock,
  store: localObjects({ roots: ['file:///'], files: nodeFiles }),
})
for (const word of words) {
  const [path = '', rows] = word.split('=')
  process.stdout.write('making\n')
  await copies.keep({ location: `file://${path}`, sizeBytes: statSync(path).size, recordCount: Number(rows) })
}
await copies.close()
