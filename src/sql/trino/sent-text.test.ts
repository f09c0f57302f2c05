import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { statementOf } from '../gate/statement.ts'
import { isOwnStatement, refuseTableFunctions, tableMentions, withNames } from './own-statement.ts'
import { sentText } from './sent-text.ts'

const inOneSpace = (text: string): string =>
  text
    .replaceAll(/ +/g, ' ')
    .replaceAll(/ (?=[,)])/g, '')
    .trim()
const none = (): string => assert.fail('there are no parameters')

void suite('what Trino is sent', () => {
  void test('is the tokens, without comments and with plain strings', () => {
    for (const [written, sent] of [
      ["select 'it''s',\n  1 -- one\n from t", "select 'it''s', 1 from t"],
      ['select /* /* nested */ */ 1', 'select 1'],
      [String.raw`select E'it\'s' || $$a'b$$`, `select 'it''s' || 'a''b'`],
      [`select U&'\\0041', X'00ff', "a""b".c`, `select 'A', X'00ff', "a""b".c`],
    ] as const)
      assert.equal(sentText(statementOf(written), none).text, sent)
  })

  void test('casts as Trino does', () => {
    for (const [written, sent] of [
      ["select '5'::int + 1", "select CAST('5' AS integer) + 1"],
      ['select a.b::text::varchar(3) from t', 'select CAST(CAST(a.b AS varchar) AS varchar(3)) from t'],
      ['select (1 + 2)::float8, f(x)::numeric(10, 2)', 'select CAST((1 + 2) AS double), CAST(f(x) AS decimal(10, 2))'],
      [
        "select '{}'::int[], x::timestamp with time zone",
        "select CAST('{}' AS array(integer)), CAST(x AS timestamp(6) with time zone)",
      ],
    ] as const)
      assert.equal(inOneSpace(sentText(statementOf(written), none).text), sent)
    const asked = sentText(statementOf('select $1::varchar, $2::numeric'), (index) => `?${index}`)
    assert.equal(inOneSpace(asked.text), 'select CAST( ?0 AS varchar), ?1')
    assert.throws(() => sentText(statementOf('select x::numeric'), none), {
      code: 'WEIR-6001',
      message: /without digits/,
    })
  })

  void test('has no words that the gate took for a comment', () => {
    const hidden = "select * from /* /* */ table(x.system.query(query => 'delete')) -- */ t"
    assert.equal(sentText(statementOf(hidden), none).text, 'select * from t')
  })

  void test('has places of its own', () => {
    const written = 'select  /* x */ id,\n nothing from t where id = $1 and also'
    const sent = sentText(statementOf(written), () => "CAST('1' AS bigint)")
    assert.equal(sent.text, "select id, nothing from t where id =  CAST('1' AS bigint)  and also")
    for (const word of ['nothing', 'also'])
      assert.equal(sent.placeOf(sent.text.indexOf(word)), written.indexOf(word), word)
  })
})

void suite('whom a statement asks', () => {
  void test('PostgreSQL’s catalog, and a session without a table, are the port’s', () => {
    for (const text of [
      'select relname from pg_catalog.pg_class c join pg_namespace n on true',
      'select * from information_schema.tables',
      'select version(), current_schema',
      "select pg_catalog.set_config('search_path', '', false)",
      'select current_user',
    ])
      assert.ok(isOwnStatement(statementOf(text)), text)
    for (const text of [
      'select 1',
      'select 1 as current_user',
      'select version from t',
      'select current_user, id from orders',
      'select now()',
      'select * from orders.pg_class.x',
    ])
      assert.ok(!isOwnStatement(statementOf(text)), text)
  })

  void test('tables are where FROM and JOIN name them', () => {
    const text =
      'with a (n) as (select 1), b as (select * from "Big".t) select * from a, b join w.public.orders o on true, unnest(array[1]) x, (select 1) y, (values 1) z'
    const statement = statementOf(text)
    assert.deepEqual(
      tableMentions(statement).map(({ parts }) => parts.join('.')),
      ['Big.t', 'a', 'b', 'w.public.orders'],
    )
    assert.deepEqual([...withNames(statement)].slice(0, 2), ['a', 'b'])
    assert.deepEqual(
      tableMentions(statementOf('table orders')).map(({ parts }) => parts),
      [['orders']],
    )
  })

  void test('functions that hand a text to another database are refused', () => {
    for (const text of [
      "select * from table(pg.system.query(query => 'delete from x'))",
      `select * from table("system"."query"(query => 'x'))`,
      'select * from t, lateral (select * from table (query(1)))',
    ])
      assert.throws(() => refuseTableFunctions(statementOf(text)), { code: 'WEIR-6004' }, text)
    for (const text of [
      'select * from table(sequence(1, 2))',
      'select * from table(exclude_columns(input => table(orders), columns => descriptor(x)))',
    ])
      refuseTableFunctions(statementOf(text))
  })
})
