import { renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { formatSize } from '../../kernel/units.ts'
import { leaveRestoreNote } from '../../stream/broker/restore-note.ts'
import { whereStreamsLie } from '../../platform/supervisor/streams/streams-note.ts'
import { readLakeNote } from '../../platform/lake/lake-note.ts'
import { mustBeEmpty, mustBeWhole, readManifest } from '../backup-folder.ts'
import type { Command } from '../command.ts'
import { notCovered } from '../not-covered.ts'
import { copyFiles } from '../copy-tree.ts'
import { dataDirectoryOf } from '../../platform/project/data-place.ts'

const whatIsAsked = `The log goes on at offsets far beyond those of the backup, so that none is handed out again. Records that were acknowledged after the
backup are gone: each delivery halts once, where the backup ends, and asks whether that is right. The answer is
  weir delivery resume NAME --accept-loss`

const whatIsRead = `Streams lie in a Kafka, which is no part of the backup: each delivery reads on from where the backup's tables end, and asks
about what retention took meanwhile.`

export const restore: Command = {
  name: 'restore',
  summary: 'put a backup back where it was taken; the data directory must be empty',
  arguments: [{ name: 'folder', description: 'the backup', required: true }],
  examples: ['weir restore /backups/monday'],
  async run({ arguments: [folder], output, directory }) {
    const source = resolve(directory, folder!)
    const manifest = readManifest(source)
    const data = dataDirectoryOf(directory)
    if (manifest.dataDirectory !== data)
      throw new WeirError(
        'WEIR-2012',
        `this backup was taken from ${manifest.dataDirectory}, and tables name their files by absolute paths: it goes back there, not to ${data}`,
      )
    await mustBeWhole(source, manifest)
    mustBeEmpty(data)
    // Beside it first, then by rename: nobody starts on half of a backup.
    const beside = `${data}.restoring`
    rmSync(beside, { recursive: true, force: true })
    await nodeFiles.makeDirectory(beside)
    const names = Object.keys(manifest.sizes)
    const { bytes } = await copyFiles(source, beside, names)
    const { lines } = notCovered(await readLakeNote(beside, nodeFiles))
    const inKafka = (await whereStreamsLie(beside, nodeFiles)) === 'kafka'
    if (!inKafka) {
      await nodeFiles.makeDirectory(join(beside, 'log'))
      await leaveRestoreNote(nodeFiles, join(beside, 'log'), Date.parse(manifest.taken), Date.now())
    }
    rmSync(data, { recursive: true, force: true })
    renameSync(beside, data)
    output.answer(
      { dataDirectory: data, taken: manifest.taken, files: names.length, bytes },
      () => `${names.length} files, ${formatSize(bytes)}, as of ${manifest.taken}, are in ${data}. Start with weir up.
${[inKafka ? whatIsRead : whatIsAsked, ...lines].join('\n')}`,
    )
  },
}
