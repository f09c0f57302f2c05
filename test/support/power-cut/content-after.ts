import type { Random } from '../seeded-random.ts'
import type { ContentCall, RecordedFile } from './history.ts'

const sectorBytes = 512

/** What a disk keeps of the calls that no sync covers. */
type Keeping = 'nothing' | 'all' | 'beginning' | 'sectors'

/** The bytes of a file after a power cut. */
export function contentAfter(file: RecordedFile, cut: number, random: Random): Buffer {
  const keeping = random.oneOf<Keeping>(['nothing', 'all', 'beginning', 'sectors'])
  const calls = file.calls.filter(({ kind, started }) => kind !== 'sync' && started <= cut)
  const syncedUpTo = lastSync(file.calls, cut)
  const isDurable = ({ ended }: ContentCall): boolean => ended < syncedUpTo
  const unsure = calls.filter((call) => !isDurable(call)).length
  // For 'beginning': kept up to here, the next one torn.
  const tornAt = random.pick(unsure + 1)
  const content = growingBytes(calls)
  let seen = 0
  for (const call of calls) {
    if (isDurable(call)) {
      apply(content, call)
      continue
    }
    const at = seen++
    if (keeping === 'all' || (keeping === 'beginning' && at < tornAt)) apply(content, call)
    else if (keeping === 'beginning' && at === tornAt) applyTorn(content, call, random)
    else if (keeping === 'sectors') applySectors(content, call, random)
  }
  return content.bytes()
}

/** When the last sync began that was answered before the cut: it covers every call that was answered before. */
export function lastSync(calls: readonly { kind: string; started: number; ended: number }[], cut: number): number {
  let last = -1
  for (const { kind, started, ended } of calls) {
    if ((kind === 'sync' || kind === 'syncDirectory') && ended <= cut) last = Math.max(last, started)
  }
  return last
}

interface GrowingBytes {
  overwrite(bytes: Buffer, position: number): void
  resize(length: number): void
  length(): number
  bytes(): Buffer
}

/** One allocation for all that the calls can make of a file. */
function growingBytes(calls: readonly ContentCall[]): GrowingBytes {
  const longest = calls.reduce((most, call) => Math.max(most, endOf(call)), 0)
  const all = Buffer.alloc(longest)
  let length = 0
  return {
    overwrite: (bytes, position) => {
      bytes.copy(all, position)
      length = Math.max(length, position + bytes.byteLength)
    },
    resize: (to) => {
      if (to < length) all.fill(0, to, length)
      length = to
    },
    length: () => length,
    bytes: () => all.subarray(0, length),
  }
}

function endOf(call: ContentCall): number {
  if (call.kind === 'write') return call.position + call.bytes.byteLength
  if (call.kind === 'truncate') return call.length
  return call.kind === 'found' ? call.bytes.byteLength : 0
}

function apply(content: GrowingBytes, call: ContentCall): void {
  if (call.kind === 'write') content.overwrite(call.bytes, call.position)
  else if (call.kind === 'truncate') content.resize(call.length)
  else if (call.kind === 'found') {
    content.resize(0)
    content.overwrite(call.bytes, 0)
  }
}

/** The first bytes of a write arrived. */
function applyTorn(content: GrowingBytes, call: ContentCall, random: Random): void {
  if (call.kind === 'write') {
    content.overwrite(call.bytes.subarray(0, random.pick(call.bytes.byteLength + 1)), call.position)
  } else if (call.kind === 'found') {
    content.resize(random.pick(call.bytes.byteLength + 1))
    content.overwrite(call.bytes.subarray(0, content.length()), 0)
  } else if (random.chance(0.5)) apply(content, call)
}

/** The file grew, and some sectors arrived, in no order: the others read as zeros or as what was there. */
function applySectors(content: GrowingBytes, call: ContentCall, random: Random): void {
  if (call.kind === 'sync') return
  if (call.kind === 'truncate') {
    if (random.chance(0.5)) apply(content, call)
    return
  }
  const position = call.kind === 'write' ? call.position : 0
  if (random.chance(0.5)) content.resize(Math.max(content.length(), position + call.bytes.byteLength))
  for (let from = 0; from < call.bytes.byteLength; from += sectorBytes) {
    if (random.chance(0.5)) content.overwrite(call.bytes.subarray(from, from + sectorBytes), position + from)
  }
}
