import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseDay, parseTime, parseTimestamp, parseZonedTimestamp } from './instants.ts'

void suite('instants of Trino', () => {
  void test('days are counted through the eras', () => {
    for (const text of ['1970-01-01', '2024-02-29', '1582-10-10', '0001-01-01', '9999-12-31'])
      assert.equal(parseDay(text), Date.parse(`${text}T00:00:00Z`) / 86_400_000, text)
    assert.equal(parseDay('-0044-03-15'), Date.parse('-000044-03-15T00:00:00Z') / 86_400_000)
    assert.equal(parseDay('+12024-01-01'), Date.parse('+012024-01-01T00:00:00Z') / 86_400_000)
  })

  void test('what is finer than a microsecond is cut off', () => {
    assert.equal(parseTime('04:05:06.7'), 14_706_700_000n)
    assert.equal(parseTimestamp('1970-01-01 00:00:00.123456789012'), 123_456n)
    assert.equal(parseTimestamp('1969-12-31 23:59:59.999999'), -1n)
  })

  void test('zones are taken by their offset at that time', () => {
    const utc = parseTimestamp('2024-07-01 10:00:00')
    for (const text of ['10:00:00 UTC', '12:00:00 Europe/Berlin', '15:30:00 +05:30', '06:00:00 America/New_York'])
      assert.equal(parseZonedTimestamp(`2024-07-01 ${text}`), utc, text)
    assert.equal(parseZonedTimestamp('2024-01-01 00:30:00 +01:00'), parseTimestamp('2023-12-31 23:30:00'))
    assert.equal(parseZonedTimestamp('2024-10-27 03:00:00 Europe/Berlin'), parseTimestamp('2024-10-27 02:00:00'))
    assert.equal(parseZonedTimestamp('2024-10-27 01:59:59 Europe/Berlin'), parseTimestamp('2024-10-26 23:59:59'))
  })

  void test('a local time that comes twice, or is out of range, is refused', () => {
    assert.throws(() => parseZonedTimestamp('2024-10-27 02:30:00 Europe/Berlin'), {
      details: { sqlstate: '22008', hint: "Ask for it AT TIME ZONE 'UTC'." },
    })
    assert.throws(() => parseTimestamp('+300000-01-01 00:00:00'), { message: /out of range/ })
    assert.throws(() => parseDay('soon'), { message: /a date that is not read here: "soon"/ })
  })
})
