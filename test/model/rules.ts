/** Every rule of docs/spec/delivery.md as a switch: taken away, some history must break an invariant. */
export const ruleTexts = {
  // the commit and its state file
  offsetsInCommit: 'offsets travel in the same commit as the files',
  countsInCommit: 'counts travel in the same commit as the files',
  lettersInCommit: 'dead letters are named by the commit that counts them',
  stateInProperty: 'the state file is named in the table property',
  stateInSummary: 'the state file is named in the summary of the snapshot',
  durableData: 'data files are synced before they are named',
  durableLetters: 'dead-letter files are synced before they are named',
  durableState: 'state files are synced before they are named',
  durableMetadata: 'metadata is synced before the pointer names it',
  alwaysSnapshot: 'every commit adds a snapshot, also one of only rejects',
  rejectsMove: 'a block of only rejects moves the offsets',
  sourceIsId: "a source is the topic's id, not its name",
  entryBySource: 'entries are keyed by source, not by delivery',
  // 1: starts
  compareAndSwap: 'a commit asserts the snapshot that it was built on',
  startsChecked: 'the entries that a block starts from are compared before each attempt',
  mergeOnConflict: 'after a conflict the state is built anew on what the table has now',
  // 2: unknown outcome
  unknownIsRead: 'after an unknown outcome the table is read before anything is sent again',
  outcomeById: 'landed is known by snapshot id or files named, not by offsets',
  freshFiles: 'files of an unknown outcome are not sent again once the table moved on',
  sequenceRefused: 'the catalog refuses a sequence number that is not above the last',
  // 3: deletion
  workersKeep: 'workers never delete',
  namedStays: 'maintenance looks again, behind its fence, before it deletes',
  fence: 'maintenance deletes only behind a later snapshot',
  writerDead: 'maintenance leaves the files of writers that live',
  // 4: rollback and foreign writers
  rollbackSeen: 'the property is compared with the nearest summary',
  eachAttempt: 'that comparison is made before each attempt',
  brokenChainCounts: 'when no summary is reachable, rows are counted against the state',
  rewriteKeepsNearest: 'compaction names the state of the nearest summary, not that of the property',
  replayCompares: 'that comparison is made before replays',
  // 5: missing state
  missingStops: 'a state that is gone stops every commit',
  rowsNeedEntry: 'rows of a source without an entry stop every commit',
  adoptionReads: 'a table is adopted once its property was read back',
  uuidAsserted: 'a commit asserts the identity of the table',
  // 6, 7: the log
  syncedEnd: 'a fetch ends at the synced end of the log',
  restoreJumps: 'a log restored from a backup never hands out an offset again',
  lossStops: 'what retention or a restore took stops the delivery',
  deletedIsLoss: 'records of a deleted topic that were not delivered stop the delivery',
  lossStated: 'an accepted loss is a range in the state',
  // 8: resume
  resumeCommits: 'a resume is a commit with a snapshot',
  goOnLargest: 'going on takes the largest of property, summary and rows',
  resumeRecounts: 'a resume counts rows and letters anew',
  lettersReopen: 'a resume brings letters back in force whose rows went',
  // 9: replay
  replayLooks: 'a replay commits only on a state that has its letter in force',
  replayKeepsOffset: 'a replayed letter keeps its offset',
  // 10, 11
  schemaAsserted: 'a commit asserts the schema under which its rows were accepted',
  gapsNamed: 'offsets are not counts',
  // 12, 13, 14: tail and queries
  cutByOffsets: 'of a tail only rows beyond the offsets of the snapshot are shown',
  baseChecked: 'a tail joins a snapshot only if its base is not beyond that',
  tailsFirst: 'tails are taken before the snapshot',
  tailOfOwner: 'only the tail of the current owner is shown',
  tailReady: 'a new owner serves once it reached the log end seen at take-over',
  tailSchema: 'a tail joins only a table with the schema under which its rows were accepted',
  tailKept: 'a tail is dropped only after its commit is known',
} as const

export type RuleName = keyof typeof ruleTexts
export type Rules = Readonly<Record<RuleName, boolean>>

export const ruleNames = Object.keys(ruleTexts) as readonly RuleName[]

export function rulesWithout(...away: readonly RuleName[]): Rules {
  return Object.fromEntries(ruleNames.map((name) => [name, !away.includes(name)])) as Record<RuleName, boolean>
}

export function isRule(name: string): name is RuleName {
  return name in ruleTexts
}
