import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { deltaLogName } from '../../lake/delta/delta-log.ts'
import { formatSize } from '../../kernel/units.ts'
import { lakeNoteName, readLakeNote } from '../../platform/lake/lake-note.ts'
import { readMetadataPlace } from '../../platform/supervisor/metadata-place.ts'
import { copySqlite } from '../../storage/metadata/copy-sqlite.ts'
import { streamsNoteName } from '../../platform/supervisor/streams/streams-note.ts'
import { manifestName, mustBeEmpty, sizesIn, type BackupManifest } from '../backup-folder.ts'
import { refuseMissingTables } from '../backup-metadata.ts'
import { notCovered } from '../not-covered.ts'
import type { Command } from '../command.ts'
import { copyLog } from '../copy-log.ts'
import { copyFiles, filesUnder } from '../copy-tree.ts'
import { whileMaintenanceRests } from '../hold-maintenance.ts'
import { dataDirectoryOf } from '../../platform/project/data-place.ts'

export const backup: Command = {
  name: 'backup',
  summary: 'copy metadata, lake and log to a folder, also while Weir runs',
  arguments: [{ name: 'folder', description: 'where; it must be empty or new', required: true }],
  examples: ['weir backup /backups/monday'],
  async run({ arguments: [folder], output, directory }) {
    if (folder === '') throw new WeirError('WEIR-2009', 'weir backup takes a folder to copy into, not an empty text')
    const target = resolve(directory, folder!)
    const data = dataDirectoryOf(directory)
    const format = formatOf(data)
    await refusePostgres(data)
    mustBeEmpty(target)
    await nodeFiles.makeDirectory(target)
    const lake = await readLakeNote(data, nodeFiles)
    const { files, bytes } = await whileMaintenanceRests(directory, data, () => copyAll(data, target))
    const made = { taken: new Date().toISOString(), dataDirectory: data, format, bytes, files }
    const manifest: BackupManifest = { ...made, sizes: await sizesIn(target) }
    writeFileSync(join(target, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true })
    const left = notCovered(lake)
    output.answer({ folder: target, ...made, notCovered: left.places }, () =>
      [`${files} files, ${formatSize(bytes)}, are in ${target}.`, ...left.lines].join('\n'),
    )
  },
}

/**
 * The order is the guarantee: pointers as of one moment, then the files that they name, which never change, and the log
 * last, so that it holds at least what the tables say was read from it. What came meanwhile is delivered again.
 */
async function copyAll(data: string, target: string): Promise<{ readonly files: number; readonly bytes: number }> {
  await copySqlite(join(data, 'metadata.db'), join(target, 'metadata.db'))
  // What a Delta log names was durable before it: looked for after the log, it is there.
  const logs = (await filesUnder(join(data, 'lake'))).filter(isOfDeltaLog)
  const lake = [...logs, ...(await filesUnder(join(data, 'lake'))).filter((name) => !isOfDeltaLog(name))]
  const inLake = await copyFiles(join(data, 'lake'), join(target, 'lake'), lake)
  await refuseMissingTables(target, data)
  const inLog = await copyLog(join(data, 'log'), join(target, 'log'))
  const notes = ['format.json', 'metadata.json', lakeNoteName, streamsNoteName].filter((name) =>
    existsSync(join(data, name)),
  )
  await copyFiles(data, target, notes)
  // And the metadata.
  return { files: inLake.files + inLog.files + notes.length + 1, bytes: inLake.bytes + inLog.bytes }
}

function isOfDeltaLog(name: string): boolean {
  return name.includes(`/${deltaLogName}/`)
}

function formatOf(data: string): number {
  try {
    return (JSON.parse(readFileSync(join(data, 'format.json'), 'utf8')) as { format: number }).format
  } catch (cause) {
    throw new WeirError('WEIR-2012', `there is nothing to back up in ${data}: Weir has not run there yet`, { cause })
  }
}

async function refusePostgres(data: string): Promise<void> {
  const place = await readMetadataPlace(data, nodeFiles)
  if (place?.in !== 'postgres') return
  throw new WeirError(
    'WEIR-2015',
    `the metadata of ${data} lies in PostgreSQL (${place.at}), which weir backup does not copy; without it nothing can be restored. Stop Weir, take a pg_dump of that database, and copy lake and log of ${data}`,
  )
}
