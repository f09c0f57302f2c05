import assert from 'node:assert/strict'
import { test } from 'node:test'
import { literalOf } from './parameter-literal.ts'

const numeric = (text: string): string => literalOf({ text, oid: 1700 }, undefined)

void test('a numeric parameter keeps its digits, or is refused', () => {
  for (const [text, literal] of [
    ['1.50', "CAST('1.50' AS DECIMAL(3, 2))"],
    ['-0.5', "CAST('-0.5' AS DECIMAL(2, 1))"],
    ['1.5E+3', "CAST('1500' AS DECIMAL(4, 0))"],
    ['123456789012345678E+10', "CAST('1234567890123456780000000000' AS DECIMAL(28, 0))"],
    ['-12.5e-4', "CAST('-0.00125' AS DECIMAL(5, 5))"],
    [`0.${'1'.repeat(38)}`, `CAST('0.${'1'.repeat(38)}' AS DECIMAL(38, 38))`],
    [`${'0'.repeat(40)}7`, "CAST('7' AS DECIMAL(1, 0))"],
    ['1E-300', "CAST('1E-300' AS DOUBLE)"],
    ['NaN', "CAST('NaN' AS DOUBLE)"],
  ] as const)
    assert.equal(numeric(text), literal, text)
  for (const text of [`1.${'1'.repeat(38)}`, '1'.repeat(39), `${'1'.repeat(20)}E+30`, `${'1'.repeat(16)}E-60`])
    assert.throws(
      () => numeric(text),
      { code: 'WEIR-6005', message: /more digits than the 38 that a numeric keeps/ },
      text,
    )
})
