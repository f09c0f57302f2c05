import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { CrawlPlan } from '../crawl-plan.ts'
import type { Finding, ListedFile } from '../finding.ts'
import { guessFormat } from './guess-format.ts'
import { lookAtCsv } from './look-csv.ts'
import { lookAtJson } from './look-json.ts'
import { lookAtParquet, type QueryRows } from './look-parquet.ts'
import { textChunks } from './text-chunks.ts'

/** Most small files are read by this alone. */
const headBytes = 1 << 16

/** What one file holds. Whatever is wrong with it is its finding, and stops nobody. */
export async function lookAtFile(
  folder: string,
  file: ListedFile,
  plan: CrawlPlan,
  query: QueryRows,
): Promise<Finding> {
  if (file.isLink)
    return { kind: 'left out', reason: 'symbolic link', detail: 'links are not followed. Put the file itself there' }
  if (file.sizeBytes === 0) return { kind: 'left out', reason: 'empty', detail: 'it has no bytes' }
  const path = join(folder, file.path)
  try {
    const head = await headOf(path, file.sizeBytes)
    const whole = head.length === file.sizeBytes ? head : undefined
    const guessed = guessFormat(file.path, head)
    if (typeof guessed === 'string') return { kind: 'left out', reason: 'no table', detail: guessed }
    const { format, compression, why } = guessed
    if (plan.format !== null && plan.format !== 'delta' && format !== plan.format)
      return otherFormat(format, plan.format)
    const found =
      format === 'parquet'
        ? await lookAtParquet(path, query)
        : format === 'csv'
          ? await lookAtCsv(textChunks(path, compression, whole), compression, plan)
          : await lookAtJson(textChunks(path, compression, whole), compression, plan)
    return found.kind === 'readable' ? { ...found, why: [why, ...found.why] } : found
  } catch (error) {
    return { kind: 'left out', reason: 'unreadable', detail: asWeirError(error).message.split('\n')[0]! }
  }
}

export function otherFormat(found: string, wanted: string): Finding {
  return { kind: 'left out', reason: 'other format', detail: `it is ${found}, the table is of ${wanted}` }
}

async function headOf(path: string, sizeBytes: number): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const length = Math.min(sizeBytes, headBytes)
    const buffer = Buffer.alloc(length)
    const { bytesRead } = await handle.read(buffer, 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
