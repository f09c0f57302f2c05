import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { compileScanPlan } from './scan-plan.ts'
import { ScanState } from './scan-state.ts'
import { scanObject } from './scan-value.ts'

const numbers = fc.oneof(
  fc.constantFrom('0', '-0', '-', '', '7', '-12', '007', '1.5', '1.', '.5', '-0.5', '1e5', '1.5E-3', '+1', 'NaN'),
  fc.constantFrom('123456789', '1234567890', '123456789012345678', '9223372036854775808', '0.12345678901234'),
  fc.constantFrom('0.123456789012345', '9007199254740993', '2147483648', '-2147483648'),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
)
const texts = fc.oneof(
  fc.constantFrom('""', '"a"', '"a\\n"', '"\t"', '"ü"', '"open', '"a", "b"'),
  fc.string().map((text) => JSON.stringify(text)),
)
const truths = fc.constantFrom('true', 'false', 'null', 'trub', 'falsy', 'fals', 'tru', 'True')
const mostly = (right: readonly string[], wrong: readonly string[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: fc.constantFrom(...wrong) })
const day = mostly(['2024-02-29', '9999-12-31'], ['2023-02-29', '2024-13-01', '0000-01-01', '2024-1-1', '20240-1-01'])
const minute = mostly(['T10:11', ' 23:59'], ['T24:00', 'T10:60', 'X10:11', 'T1:11', 'T00:0x'])
const second = mostly([':12', ':59'], [':60', ':6', '', ';12', ':0:', ':1/'])
const rest = mostly(['', 'Z', '.1Z', '.123456Z', '+02:00', '.5'], ['.1234567Z', '.Z', 'z', 'ZZ', '-17:00'])
const moments = fc.tuple(day, minute, second, rest).map((parts) => `"${parts.join('')}"`)
const ofType = {
  string: texts,
  long: numbers,
  int: numbers,
  double: numbers,
  'decimal(9,2)': numbers,
  boolean: truths,
  timestamptz: moments,
  timestamp: moments,
  date: day.map((text) => `"${text}"`),
}
const types = Object.keys(ofType) as (keyof typeof ofType)[]
const anything = fc.oneof(numbers, texts, truths, moments, fc.constantFrom('[1]', '{}'))

/** Now and then a byte is another one, is missing or there twice. */
const damaged = (value: fc.Arbitrary<string>) =>
  fc
    .tuple(value, fc.nat(), fc.constantFrom('', '', '', 'x', '0', '"', '-', ' ', '\u0001'), fc.boolean())
    .map(([text, at, other, keeps]) => {
      if (other === '' || text === '') return text
      const place = at % text.length
      return text.slice(0, place) + other + text.slice(keeps ? place : place + 1)
    })

function isTaken(text: string, type: string, name: string): boolean {
  const fields = [name, 'last'].map((one, at) => ({
    id: at + 1,
    name: one,
    required: false,
    type: at === 0 ? type : 'string',
  }))
  const plan = compileScanPlan({ fields })
  const scan = new ScanState(4096)
  const length = Buffer.from(scan.buffer.buffer).write(text)
  scan.buffer[length] = 0
  // The second object finds what was remembered of the first.
  scanObject(scan, plan, 1)
  scan.at = 0
  return scanObject(scan, plan, 1) && scan.at === length
}

void suite('values as they are written mostly', () => {
  void test('are judged as the same values are between tabs, which are looked at byte by byte', () => {
    const taken = new Map<string, number>()
    const cases = fc
      .constantFrom(...types)
      .chain((type) => fc.tuple(fc.constant(type), damaged(fc.oneof({ weight: 5, arbitrary: ofType[type] }, anything))))
    const names = fc.constantFrom('v', 'id', 'name', 'value', 'a longer name', '"', 'ü')
    fc.assert(
      fc.property(cases, names, ([type, first], name) => {
        const [key, other] = [JSON.stringify(name), '"last"']
        const found = isTaken(`${key}:${first},${other}:"a"}`, type, name)
        assert.equal(found, isTaken(`\t\t${key}\t:\t\t${first}\t,\t\t${other}\t:\t\t"a"\t}`, type, name))
        assert.equal(found, isTaken(`${key}: ${first}, ${other}: "a"}`, type, name))
        if (found) taken.set(type, (taken.get(type) ?? 0) + 1)
      }),
      { numRuns: 40_000 },
    )
    for (const type of types) assert.ok(taken.get(type)! > 100, `${type}: ${taken.get(type)}`)
  })

  void test('objects are judged alike, however those before them were written', () => {
    const fields = ['a', 'b'].map((name, id) => ({ id, name, required: false, type: 'long' }))
    const plan = compileScanPlan({ fields })
    const scan = new ScanState(4096)
    const isObject = (text: string): boolean => {
      const length = Buffer.from(scan.buffer.buffer).write(text)
      scan.buffer[length] = 0
      scan.at = 0
      return scanObject(scan, plan, 1) && scan.at === length
    }
    for (let object = 0; object < 300; object++) {
      const before = object % 100 < 70 ? '"b":2}' : '"a":1,"b":2}'
      assert.ok(isObject(before), `${object}`)
      assert.ok(isObject('"a":1,"b":2}'), `${object}`)
      for (const text of ['"a":1,"a":2}', '"a":1,"b":1.5}', '"a":1,"b":2,}', '"a":1,"b":2,"c":3}', '"a":1,"b":2'])
        assert.ok(!isObject(text), `${object} ${text}`)
    }
  })

  void test('a name that begins like another, and one that is not there, are not taken for it', () => {
    for (const text of ['"valu":"a"}', '"value2":"a"}', '"Value":"a"}', '"value":"a","value":"b"}'])
      assert.ok(!isTaken(text, 'string', 'value'), text)
    assert.ok(isTaken('"value":"a","last":"b"}', 'string', 'value'))
    assert.ok(isTaken('"last":"b","value":"a"}', 'string', 'value'))
  })
})
