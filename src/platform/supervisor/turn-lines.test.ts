import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WeirError } from '../../kernel/errors/weir-error.ts'
import type { TurnKey } from '../../sql/engine-host.ts'
import { turnLines } from './turn-lines.ts'

const [a, b] = [
  { schema: 'public', name: 'a' },
  { schema: 'public', name: 'b' },
]
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Who had a turn, in that order. */
function standing() {
  const lines = turnLines()
  const had: number[] = []
  const take = (turn: number, tables: readonly (typeof a)[], process = 1): Promise<unknown> =>
    lines.take({ process, turn, tables }).then(() => had.push(turn))
  const end = async (turn: number, process = 1): Promise<void> => {
    lines.end({ process, turn } satisfies TurnKey)
    await settled()
  }
  return { lines, had, take, end }
}

void test('INV-W11: who asks first is first, each table has a line of its own, and who leaves the line is passed over', async () => {
  const { had, take, end } = standing()
  for (const turn of [1, 2, 3, 4]) void take(turn, [a])
  void take(5, [b])
  await settled()
  assert.deepEqual(had, [1, 5])
  await end(2)
  assert.deepEqual(had, [1, 5, 2], 'it hears that it waits no more')
  await end(1)
  assert.deepEqual(had, [1, 5, 2, 3])
  await end(3)
  await end(4)
  void take(6, [a])
  await settled()
  assert.deepEqual(had, [1, 5, 2, 3, 4, 6])
})

void test('INV-W11: statements of two tables stand at them in one order, however they name them, and never wait for each other', async () => {
  const { had, take, end } = standing()
  const asked = [[b], [b, a, a], [a, b], [b]]
  for (const [at, tables] of asked.entries()) {
    void take(at + 1, tables)
    await settled()
  }
  assert.deepEqual(had, [1])
  await end(1)
  assert.deepEqual(had, [1, 2])
  await end(2)
  await end(4)
  assert.deepEqual(had, [1, 2, 4, 3])
})

void test('INV-W11: turns end with the process that asked for them, those of others do not', async () => {
  const { lines, had, take } = standing()
  void take(1, [a], 10)
  void take(2, [a], 10)
  void take(3, [a], 11)
  void take(4, [a], 11)
  lines.endAll(10)
  await settled()
  assert.deepEqual(
    had.toSorted((one, two) => one - two),
    [1, 2, 3],
  )
})

void test('INV-W11: a line is bounded, and who finds it full stands nowhere', async () => {
  const { had, take, end } = standing()
  for (let turn = 1; turn <= 256; turn++) void take(turn, [b])
  await assert.rejects(take(257, [a, b]), (error: WeirError) => {
    assert.equal(error.details['sqlstate'], '40001')
    assert.match(error.message, /256 statements wait for their turn at public\.b already/)
    return true
  })
  void take(258, [a])
  await settled()
  assert.deepEqual(had, [1, 258])
  await end(1)
  void take(259, [b])
  assert.deepEqual(had, [1, 258, 2])
})
