/** One partition. */
export interface Place {
  readonly topic: string
  readonly partition: number
}

/** A value that a client sent, once; no other write has it. */
export interface Write extends Place {
  readonly value: string
  /** In a compacted topic; one producer writes it. */
  readonly key?: string
  /** What it wrote to one partition lies there in the order of the writes. */
  readonly producer: string
  readonly transaction?: Transaction
  /** The log said that it has it. */
  acknowledged: boolean
  /** Where, if the log said that, too. */
  offset?: number
}

export interface Transaction {
  readonly number: number
  /** What was asked of the log last; until then nothing of it may be committed. */
  asked: 'nothing' | 'commit' | 'abort'
  outcome: 'committed' | 'aborted' | 'unknown'
  /** Committed with it; grows from one transaction of the place to the next. */
  offset?: GroupOffset
}

export interface GroupOffset extends Place {
  readonly group: string
  readonly offset: number
}

/** Moments of the client's clock: it asked, and it was answered; an answer that never came is Infinity. */
export interface Span {
  readonly begun: number
  answered: number
}

export interface FoundRecord {
  readonly offset: number
  readonly value: string
  readonly key?: string | undefined
}

/** What one answer to a Fetch showed of the offsets in [from, to). */
export interface Read extends Place {
  readonly isCommitted: boolean
  readonly from: number
  readonly to: number
  readonly records: readonly FoundRecord[]
}

/** Where a partition was said to start and end, and up to where it was stable. */
export interface Ends extends Place, Span {
  readonly start: number
  readonly end: number
  readonly stable: number
}

export type Commit = GroupOffset & Span

/** What is there in the end, in the order of offsets. */
export interface FinalPartition extends Place {
  readonly start: number
  readonly end: number
  readonly stable: number
  /** As a reader of everything gets it. */
  readonly all: readonly FoundRecord[]
  /** As a reader of committed records gets it. */
  readonly committed: readonly FoundRecord[]
  /** Offsets that the log refused as damaged. */
  readonly refused: readonly number[]
  /** Offsets whose batch has a wrong checksum: whoever reads it refuses it. */
  readonly spoiled: readonly number[]
}

/** A batch of a sealed segment that was changed on the disk. */
export interface Damage extends Place {
  readonly from: number
  readonly to: number
  /** The segment around it: no offset outside of it may be refused. */
  readonly segmentFrom: number
  readonly segmentTo: number
}

/** Records of one topic that were copied to another within transactions, together with the offsets of the group. */
export interface Copy {
  readonly from: string
  readonly to: string
  readonly group: string
}

/** All that clients did and saw while the log was killed again and again: what the checks look at, and nothing else. */
export interface History {
  readonly writes: Write[]
  readonly transactions: Transaction[]
  readonly reads: Read[]
  readonly ends: Ends[]
  /** Of members. What is committed in a transaction may be there a moment after its end was answered, and is judged in the end. */
  readonly commits: Commit[]
  /** What OffsetFetch answered. */
  readonly commitsRead: Commit[]
  readonly damages: Damage[]
  readonly copies: readonly Copy[]
  /** Topics from which retention or compaction may take records. */
  readonly rolling: ReadonlySet<string>
  readonly compacted: ReadonlySet<string>
}

/** How it all ended. */
export interface Outcome {
  readonly partitions: readonly FinalPartition[]
  readonly groupOffsets: readonly GroupOffset[]
  /** Topics of which the log says that something is wrong, and what. */
  readonly troubles: ReadonlyMap<string, string>
}

export function newHistory(
  topics: Pick<History, 'copies' | 'rolling' | 'compacted'> = {
    copies: [],
    rolling: new Set(),
    compacted: new Set(),
  },
): History {
  return { ...topics, writes: [], transactions: [], reads: [], ends: [], commits: [], commitsRead: [], damages: [] }
}

export function nameOf({ topic, partition }: Place): string {
  return `${topic}-${partition}`
}
