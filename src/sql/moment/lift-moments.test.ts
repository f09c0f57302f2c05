import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statementOf } from '../gate/statement.ts'
import { liftMoments } from './lift-moments.ts'

/** What was replaced leaves its white space behind. */
const plain = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll(' )', ')').trim()
const lifted = (text: string) => {
  const { statement, clauses } = liftMoments(statementOf(text))
  return [plain(statement.text), ...clauses.map(({ table, value }) => `${table.name}: ${value.text}`)]
}
const time = (value: string) => `t: SELECT CAST((${value}) AS TIMESTAMPTZ)`

const spoken: readonly (readonly [text: string, ...lifted: string[]])[] = [
  ['select * from t at (version => 5)', 'select * from _weir_at."1" AS "t"', 't: SELECT (5)'],
  ["from T AT(Version=>'v1')x where 1", 'from _weir_at."1" x where 1', "t: SELECT ('v1')"],
  ['from t o at (version => $1)', 'from _weir_at."1" o', 't: SELECT ($1)'],
  ['from t as o(a, b) at (version => 5), u', 'from _weir_at."1" as o(a, b) , u', 't: SELECT (5)'],
  ['from t at (timestamp => now()) as o(a)', 'from _weir_at."1" as o(a)', time('now()')],
  ['from s."T x" at (version => 5)', 'from _weir_at."1" AS "T x"', 'T x: SELECT (5)'],
  ['from t for version as of 5 o', 'from _weir_at."1" o', 't: SELECT (5)'],
  ['from t version as of -5', 'from _weir_at."1" AS "t"', 't: SELECT (-5)'],
  ["from t for system_version as of 'main' where 1", 'from _weir_at."1" AS "t" where 1', "t: SELECT ('main')"],
  [
    "from t timestamp as of '2026-01-01' join u on true",
    'from _weir_at."1" AS "t" join u on true',
    time("'2026-01-01'"),
  ],
  [
    "from t for timestamp as of timestamp '2026-01-01' at time zone 'UTC' o",
    'from _weir_at."1" o',
    time("timestamp '2026-01-01' at time zone 'UTC'"),
  ],
  [
    "from t for system_time as of now() - interval '1' hour o",
    'from _weir_at."1" o',
    time("now() - interval '1' hour"),
  ],
  [
    'from t for timestamp as of current_timestamp - interval 2 days',
    'from _weir_at."1" AS "t"',
    time('current_timestamp - interval 2 days'),
  ],
  ['from t timestamp as of $1::timestamptz(3) o', 'from _weir_at."1" o', time('$1::timestamptz(3)')],
  ['from (t version as of 5 join u using (id))', 'from (_weir_at."1" AS "t" join u using (id))', 't: SELECT (5)'],
  [
    'select (select max(id) from t at (version => (1 + (2)))) from t',
    'select (select max(id) from _weir_at."1" AS "t") from t',
    't: SELECT ((1 + (2)))',
  ],
  [
    'from t at (version => 1) a, t version as of 2 b',
    'from _weir_at."1" a, _weir_at."2" b',
    't: SELECT (1)',
    't: SELECT (2)',
  ],
]
for (const [text, ...expected] of spoken) void test(`lifts ${text}`, () => assert.deepEqual(lifted(text), expected))

for (const text of [
  'select at from t',
  'select version as of, at from t',
  'from t at',
  'from t version',
  "select placed at time zone 'UTC' from t",
  'from (select 1) at (version => 5)',
  'from range(3) at (version => 5)',
  'select t at (version => 5)',
  'from t at (version => )',
  'from t at (version 5)',
  'from t at (rows => 5)',
  'from t for update',
  'from t for version as of',
  "select 'from t at (version => 5)' from t -- at (version => 5)",
])
  void test(`leaves ${text}`, () => {
    const statement = statementOf(text)
    assert.equal(liftMoments(statement).statement, statement)
  })
