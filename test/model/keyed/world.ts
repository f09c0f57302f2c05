import type { Random } from '../../support/seeded-random.ts'
import type { KeyedRules } from './rules.ts'

interface LogRecord {
  readonly offset: number
  readonly key: number
  /** null deletes. */
  readonly value: number | null
  /** It does not fit when it is delivered, and does when it is replayed. */
  readonly isLetter: boolean
}

interface Row {
  readonly key: number
  readonly value: number
  readonly offset: number
}

interface DataFile {
  readonly id: number
  readonly rows: readonly Row[]
}

/** Immutable: a commit makes the next one. */
interface Snapshot {
  readonly id: number
  readonly files: readonly DataFile[]
  /** `file/position`. */
  readonly deleted: ReadonlySet<string>
  readonly next: number
  readonly letters: ReadonlySet<number>
}

interface Change {
  readonly base: Snapshot
  readonly rows: readonly Row[]
  readonly deletes: readonly string[]
  readonly next: number
  readonly letters: ReadonlySet<number>
}

interface Worker {
  block: readonly LogRecord[]
  from: number
  /** What it has sent, or will send. */
  change: Change | undefined
  /** Keys by file id, as it has read them. */
  readonly index: Map<number, ReadonlyMap<number, number>>
}

const keys = 4

/**
 * One partition, a table with a key, two workers of which one may be stale, compactions, replays and queries; every step is one turn
 * of one of them. What others see is a commit: whole, late, in conflict, or landed without an answer.
 */
export class KeyedWorld {
  readonly #random: Random
  readonly #rules: KeyedRules
  readonly #log: LogRecord[] = []
  #table: Snapshot = { id: 0, files: [], deleted: new Set(), next: 0, letters: new Set() }
  #ids = 0
  #workers: Worker[] = [newWorker(), newWorker()]
  /** Snapshots that a query may have planned with before. */
  readonly #planned: Snapshot[] = []
  commits = 0
  queries = 0

  constructor(random: Random, rules: KeyedRules) {
    this.#random = random
    this.#rules = rules
  }

  /** The invariant that broke, in words; undefined when all hold. */
  step(): string | undefined {
    const worker = this.#random.oneOf(this.#workers)
    const turns = [
      () => this.#produce(),
      () => this.#produce(),
      () => this.#read(worker),
      () => this.#prepare(worker),
      () => this.#send(worker),
      () => this.#send(worker),
      () => this.#compact(),
      () => this.#replay(),
      () => this.#crash(worker),
    ]
    this.#random.oneOf(turns)()
    return this.#tableTrouble() ?? this.#queryTrouble(worker)
  }

  #produce(): void {
    const value = this.#random.pick(3) === 0 ? null : this.#log.length + 1
    const isLetter = value !== null && this.#random.pick(5) === 0
    this.#log.push({ offset: this.#log.length, key: this.#random.pick(keys), value, isLetter })
  }

  #read(worker: Worker): void {
    if (worker.change) return
    if (worker.block.length === 0) worker.from = this.#table.next
    const end = worker.from + worker.block.length
    worker.block = [...worker.block, ...this.#log.slice(end, end + 1 + this.#random.pick(4))]
  }

  #prepare(worker: Worker): void {
    if (worker.block.length === 0 || worker.change) return
    worker.change = this.#changeOf(worker)
  }

  #changeOf(worker: Worker): Change | undefined {
    const base = this.#table
    if (this.#rules.has('startsChecked') && worker.from !== base.next) return undefined
    const accepted = worker.block.filter(({ isLetter }) => !isLetter)
    const last = this.#rules.has('lastOfBlock') ? lastOf(accepted) : accepted
    const letters = worker.block.filter(({ isLetter }) => isLetter).map(({ offset }) => offset)
    return {
      base,
      rows: last.flatMap(rowOf),
      deletes: this.#find(worker, base, new Set(last.map(({ key }) => key))),
      next: worker.from + worker.block.length,
      letters: new Set([...base.letters, ...letters]),
    }
  }

  /** By the index that the worker has; of files that it does not know it reads the keys. */
  #find(worker: Worker, { files, deleted }: Snapshot, wanted: ReadonlySet<number>): readonly string[] {
    const found: string[] = []
    for (const [at, file] of files.entries()) {
      const name = this.#rules.has('indexOfFiles') ? file.id : at
      const known = worker.index.get(name) ?? new Map(file.rows.map(({ key }, position) => [position, key]))
      worker.index.set(name, known)
      for (const [position, key] of known)
        if (wanted.has(key) && !deleted.has(`${file.id}/${position}`)) found.push(`${file.id}/${position}`)
    }
    return found
  }

  #send(worker: Worker): void {
    const { change } = worker
    if (!change) return
    const isSame = change.base === this.#table
    if (isSame || !this.#rules.has('assertsSnapshot')) {
      this.#land(change)
      // An answer that got lost: the worker reads the table and sees that it landed.
      this.#leave(worker)
      return
    }
    if (worker.from !== this.#table.next && this.#rules.has('startsChecked')) return this.#leave(worker)
    worker.change = this.#rules.has('looksAgain') ? undefined : { ...change, base: this.#table }
  }

  #land({ rows, deletes, next, letters }: Change): void {
    const { files, deleted } = this.#table
    const added = rows.length === 0 ? files : [...files, { id: ++this.#ids, rows }]
    if (this.#rules.has('oneSnapshot') || deletes.length === 0)
      return this.#commit({ files: added, deleted: new Set([...deleted, ...deletes]), next, letters })
    this.#commit({ files: added, deleted, next, letters })
    if (this.#random.pick(2) === 0) this.#commit({ ...this.#table, deleted: new Set([...deleted, ...deletes]) })
  }

  #commit(parts: Omit<Snapshot, 'id'>): void {
    this.#table = { ...parts, id: this.#table.id + 1 }
    this.commits++
    this.#planned.push(this.#table)
    if (this.#planned.length > 3) this.#planned.shift()
  }

  #leave(worker: Worker): void {
    worker.block = []
    worker.change = undefined
  }

  #crash(worker: Worker): void {
    this.#leave(worker)
    if (this.#random.pick(2) === 0) worker.index.clear()
  }

  /** Rows move to another file, and to other places in it. */
  #compact(): void {
    const { files } = this.#table
    if (files.length < 2) return
    const rows = liveRows(this.#table).toReversed()
    this.#commit({ ...this.#table, files: [{ id: ++this.#ids, rows }], deleted: new Set() })
  }

  /** In one turn: a conflict makes it anew. */
  #replay(): void {
    const [offset] = this.#table.letters
    const record = this.#log[offset ?? -1]
    if (!record) return
    const { files, deleted, letters, next } = this.#table
    const left = new Set([...letters].filter((one) => one !== record.offset))
    const live = liveRows(this.#table).find(({ key }) => key === record.key)
    const isNewer = this.#rules.has('replayAsksTable') && live !== undefined && live.offset > record.offset
    const later = this.#log.some(
      (one) => one.key === record.key && one.offset > record.offset && one.offset < next && !letters.has(one.offset),
    )
    const isDeleted = this.#rules.has('replayAsksLog') && live === undefined && later
    if (isNewer || isDeleted) return this.#commit({ files, deleted, next, letters: left })
    const old = this.#find(newWorker(), this.#table, new Set([record.key]))
    this.#commit({
      files: [...files, { id: ++this.#ids, rows: rowOf(record) }],
      deleted: new Set([...deleted, ...old]),
      next,
      letters: left,
    })
  }

  /** INV-K1, INV-K2, INV-K6. */
  #tableTrouble(): string | undefined {
    return compare(liveRows(this.#table), this.#expected(this.#table.next, this.#table.letters), 'the table')
  }

  /** INV-K5: a snapshot, of now or of a moment ago, and the tail of a worker that is not ahead of it. */
  #queryTrouble(worker: Worker): string | undefined {
    const snapshot = this.#random.pick(2) === 0 ? this.#table : (this.#planned[0] ?? this.#table)
    if (worker.block.length === 0 || worker.from > snapshot.next || snapshot.letters !== this.#table.letters)
      return undefined
    this.queries++
    const beyond = this.#rules.has('tailBeyond')
      ? worker.block.filter(({ offset }) => offset >= snapshot.next)
      : worker.block
    const tail = lastOf(beyond.filter(({ isLetter }) => !isLetter))
    const hiding = tail.filter(({ value }) => value !== null || this.#rules.has('deletesNeedNoRow'))
    const hidden = new Set(this.#rules.has('tailHides') ? hiding.map(({ key }) => key) : [])
    const rows = [...liveRows(snapshot).filter(({ key }) => !hidden.has(key)), ...tail.flatMap(rowOf)]
    const end = Math.max(snapshot.next, worker.from + worker.block.length)
    const letters = new Set([
      ...snapshot.letters,
      ...worker.block.filter(({ isLetter }) => isLetter).map(({ offset }) => offset),
    ])
    for (const offset of letters) if (offset < snapshot.next && !snapshot.letters.has(offset)) letters.delete(offset)
    return compare(rows, this.#expected(end, letters), 'a query')
  }

  #expected(next: number, letters: ReadonlySet<number>): readonly Row[] {
    return lastOf(this.#log.slice(0, next).filter(({ offset }) => !letters.has(offset))).flatMap(rowOf)
  }
}

function newWorker(): Worker {
  return { block: [], from: 0, change: undefined, index: new Map() }
}

function lastOf(records: readonly LogRecord[]): readonly LogRecord[] {
  return [...new Map(records.map((record) => [record.key, record])).values()]
}

function rowOf({ key, value, offset }: LogRecord): readonly Row[] {
  return value === null ? [] : [{ key, value, offset }]
}

function liveRows({ files, deleted }: Snapshot): readonly Row[] {
  return files.flatMap(({ id, rows }) => rows.filter((_, position) => !deleted.has(`${id}/${position}`)))
}

function compare(found: readonly Row[], expected: readonly Row[], where: string): string | undefined {
  const text = (rows: readonly Row[]): string =>
    rows
      .map(({ key, value }) => `${key}=${value}`)
      .toSorted()
      .join(' ')
  return text(found) === text(expected) ? undefined : `${where} has ${text(found)}, not ${text(expected)}`
}
