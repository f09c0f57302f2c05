import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { statementOf } from '../gate/statement.ts'
import { declaredType, isRowCount, oidOfTrinoName, rowCountLiteral, trinoLiteral } from './trino-literal.ts'

const literal = (text: string | null, type?: string): string => trinoLiteral({ text, oid: 0 }, type, 'Europe/Berlin')

const isRefusal = (sqlstate: string) => (error: unknown) =>
  (error as { details: { sqlstate: string } }).details.sqlstate === sqlstate

void suite('parameters as Trino writes them', () => {
  void test('by the type of their place', () => {
    for (const [text, type, expected] of [
      ["it's", undefined, `'it''s'`],
      ['12', 'bigint', `CAST('12' AS bigint)`],
      ['1.50', 'decimal(9, 2)', `(DECIMAL '1.50')`],
      ['-1.555', 'decimal', `(DECIMAL '-1.555')`],
      ['NaN', 'double', `CAST('NaN' AS double)`],
      ['t', 'boolean', 'true'],
      ['abc', 'varchar(2)', `'abc'`],
      [String.raw`\x00ff`, 'varbinary', `X'00ff'`],
      ['2024-02-29T01:02:03.5Z', 'date', `DATE '2024-02-29'`],
      ['2024-02-29T01:02:03.5+02:00', 'timestamp(6)', `CAST(TIMESTAMP '2024-02-29 01:02:03.5' AS timestamp(6))`],
      [
        '2024-02-29 01:02:03+0530',
        'timestamp(3) with time zone',
        `CAST(TIMESTAMP '2024-02-29 01:02:03 +05:30' AS timestamp(6) with time zone)`,
      ],
      [
        '2024-02-29',
        'timestamp(6) with time zone',
        `CAST(TIMESTAMP '2024-02-29 00:00:00 Europe/Berlin' AS timestamp(6) with time zone)`,
      ],
      [
        '{1,NULL,"3"}',
        'array(bigint)',
        `CAST(ARRAY[CAST('1' AS bigint), CAST(NULL AS bigint), CAST('3' AS bigint)] AS array(bigint))`,
      ],
      ['x', 'array(varchar)', `'x'`],
      [null, 'date', 'CAST(NULL AS date)'],
      [null, undefined, 'NULL'],
    ] as const)
      assert.equal(literal(text, type), expected)
  })

  void test('what does not fit is refused, not rounded', () => {
    for (const [text, type, sqlstate] of [
      ['1.5', 'bigint', '22P02'],
      ['1e5', 'decimal(9, 2)', '22P02'],
      ['maybe', 'boolean', '22P02'],
      ['infinity', 'date', '22007'],
      ['a\0', undefined, '22021'],
      ['x', 'row(a bigint)', '0A000'],
    ] as const)
      assert.throws(() => literal(text, type), isRefusal(sqlstate), text)
    assert.throws(() => trinoLiteral({ text: '{1', oid: 1016 }, 'array(bigint)', 'UTC'), isRefusal('22P02'))
  })

  void test('a number of rows is bare digits', () => {
    const statement = statementOf('select * from t where a = $1 offset $2 limit $3')
    const at = statement.tokens.flatMap(({ kind }, i) => (kind === 'parameter' ? [i] : []))
    assert.deepEqual(
      at.map((i) => isRowCount(statement, i)),
      [false, true, true],
    )
    assert.equal(rowCountLiteral({ text: '5', oid: 0 }, statement, at[2]!), '5')
    assert.equal(rowCountLiteral({ text: null, oid: 0 }, statement, at[2]!), 'ALL')
    assert.throws(() => rowCountLiteral({ text: '5 union', oid: 0 }, statement, at[2]!), isRefusal('22P02'))
  })

  void test('types have names on both sides', () => {
    assert.deepEqual([20, 1700, 1184, 1016].map(declaredType), [
      'bigint',
      'decimal',
      'timestamp(6) with time zone',
      'array(bigint)',
    ])
    assert.deepEqual(
      ['bigint', 'decimal(9,2)', 'timestamp(6) with time zone', 'array(varchar)', 'varchar(3)', 'char(2)'].map(
        oidOfTrinoName,
      ),
      [20, 1700, 1184, 1009, 25, 25],
    )
    assert.throws(() => declaredType(1186), { message: /type interval cannot be sent/ })
  })
})
