import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileRegex } from './compile.ts'

const letter = fc.constantFrom('a', 'b', 'A', 'B', '1', '.', '-', '_')

/** Expressions that mean the same to RE2 and to JavaScript. */
const { pattern } = fc.letrec<{ pattern: string; atom: string; piece: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    letter.map((char) => (char === '.' ? String.raw`\.` : char)),
    fc.constantFrom('.', '[ab]', '[^a]', '[a-z.]', String.raw`\d`, String.raw`\w`, String.raw`\W`, String.raw`[\d-]`),
    fc.constantFrom('^', '$', String.raw`\b`, String.raw`\B`),
    tie('pattern').map((inner) => `(${inner})`),
    tie('pattern').map((inner) => `(?:${inner})`),
  ),
  piece: fc
    .tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{1,}', '*?'))
    .map(([atom, quantifier]) => (/^(?:[$^]|\\[bB])$/.test(atom) ? atom : atom + quantifier)),
  pattern: fc
    .array(fc.array(tie('piece'), { maxLength: 4 }), { minLength: 1, maxLength: 3 })
    .map((options) => options.map((pieces) => pieces.join('')).join('|')),
}))

void test('matches what JavaScript matches, of what both know', () => {
  const name = fc.array(letter, { maxLength: 8 }).map((chars) => chars.join(''))
  fc.assert(
    fc.property(pattern, fc.array(name, { minLength: 1, maxLength: 10 }), (text, names) => {
      const matches = compileRegex(text)
      const expected = new RegExp(`^(?:${text})$`)
      for (const one of names) assert.equal(matches(one), expected.test(one), `${text} on ${one}`)
    }),
    { numRuns: 500 },
  )
})

for (const [text, yes, no] of [
  ['(?i)ORDERS', ['orders', 'Orders'], ['order']],
  ['(?i:o)rders', ['Orders', 'orders'], ['ORDERS']],
  ['a(?i)b|c', ['aB', 'C'], ['Ab']],
  [String.raw`\Qa.b\E+`, ['a.b', 'a.bb'], ['axb']],
  ['[[:alpha:]]+[[:^digit:]]', ['ab', 'a-'], ['a1', '1']],
  ['[]a]+', [']a'], ['b']],
  [String.raw`\x61\x{62}\p{Lu}\PN\pL`, ['abC-d'], ['abc-d', 'abC1d']],
  ['(?P<name>a)(?<other>b)', ['ab'], ['a']],
  ['a{,2}', ['a{,2}'], ['aa']],
  ['', [''], ['a']],
] as const)
  void test(`RE2's own: ${text}`, () => {
    const matches = compileRegex(text)
    assert.deepEqual([yes.filter((name) => !matches(name)), no.filter((name) => matches(name))], [[], []])
  })

for (const text of [
  '(',
  ')',
  'a)',
  '[a',
  'a**',
  '*',
  'a|*',
  '(?=a)',
  '(?<!a)',
  String.raw`(a)\1`,
  String.raw`\y`,
  'a{1001}',
  'a{2,1}',
  '[b-a]',
  '[[:nope:]]',
  '\\',
])
  void test(`refused: ${text}`, () => {
    assert.throws(() => compileRegex(text), { errorName: 'INVALID_REGULAR_EXPRESSION' })
  })

void test('what would be costly is matched in one pass, or refused (INV-G10)', () => {
  const names = Array.from({ length: 200 }, (_, index) => 'a'.repeat(200) + index)
  for (const text of ['(a*)*b', '(a|a)*', '(a+)+$', '(a|aa)+x', '(.*)*', 'a*a*a*a*a*a*a*a*b']) {
    const matches = compileRegex(text)
    names.forEach((name) => matches(name))
  }
  for (const text of ['((a{100}){100}){100}', 'a'.repeat(3000), '('.repeat(1500) + ')'.repeat(1500)])
    assert.throws(() => compileRegex(text), { errorName: 'INVALID_REGULAR_EXPRESSION' })
  const sprawling = compileRegex('(.*a.{300})*b')
  let seed = 1
  const random = (): string =>
    Array.from({ length: 249 }, () => ((seed = (seed * 48271) % 0x7fffffff) & 1 ? 'a' : 'b')).join('')
  assert.throws(
    () => {
      for (let index = 0; index < 100_000; index++) sprawling(random())
    },
    { errorName: 'INVALID_REGULAR_EXPRESSION', message: /too costly/ },
  )
})
