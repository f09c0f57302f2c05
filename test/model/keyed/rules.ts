/** The rules of docs/spec/keyed-tables.md as switches: taken away, some history must break an invariant. */
export const keyedRuleTexts = {
  lastOfBlock: 'of a block the last record of each key counts',
  oneSnapshot: 'new rows and the deletes of old ones are one snapshot',
  assertsSnapshot: 'a commit asserts the snapshot in which its rows were looked for',
  looksAgain: 'each attempt looks for the rows on the table as just loaded',
  startsChecked: 'a block whose records others delivered is discarded',
  indexOfFiles: 'the index of a file is of that file and no other',
  deletesNeedNoRow: 'a record that deletes hides its key in the tail',
  tailHides: 'rows of the tail hide committed rows of their keys',
  tailBeyond: 'only tail rows beyond the offsets of the snapshot are shown',
  replayAsksTable: 'a replay leaves newer rows as they are',
  replayAsksLog: 'a replay brings back no key that a later record deleted',
} as const

export type KeyedRule = keyof typeof keyedRuleTexts
export type KeyedRules = ReadonlySet<KeyedRule>

export const keyedRuleNames = Object.keys(keyedRuleTexts) as readonly KeyedRule[]

export function keyedRulesWithout(...names: readonly KeyedRule[]): KeyedRules {
  return new Set(keyedRuleNames.filter((name) => !names.includes(name)))
}
