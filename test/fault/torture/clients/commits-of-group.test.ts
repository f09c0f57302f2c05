import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { newHistory } from '../history.ts'
import { trackCommits } from './commits-of-group.ts'

void suite('commits of a tortured group', () => {
  const place = { group: 'g', topic: 't', partition: 0 }

  function world() {
    const sent: number[] = []
    let time = 0
    const history = newHistory({ copies: [], rolling: new Set(), compacted: new Set() })
    const commits = trackCommits(history, () => time)
    return {
      sent,
      history,
      pass: (ms: number) => void (time += ms),
      commit: (offset: number, answer: Promise<unknown> = Promise.resolve()) =>
        commits.commit({ ...place, offset }, () => (sent.push(offset), answer)),
    }
  }

  void test('none is sent beside another, nor one that is not beyond it', async () => {
    const { sent, history, commit } = world()
    const first = Promise.withResolvers<void>()
    const pending = commit(5, first.promise)
    await commit(8)
    first.resolve()
    await pending
    for (const offset of [5, 4, 9]) await commit(offset)
    assert.deepEqual(sent, [5, 9])
    assert.deepEqual(
      history.commits.map(({ offset, answered }) => [offset, answered < Infinity]),
      [
        [5, true],
        [9, true],
      ],
    )
  })

  void test('one that was refused, or whose log was killed, is over; one that was given up may still be taken', async () => {
    const { sent, pass, commit } = world()
    await assert.rejects(commit(5, Promise.reject(new Error('refused'))), /refused/)
    const late = Object.assign(new Error('no answer'), { name: 'KafkaJSRequestTimeoutError' })
    await assert.rejects(commit(6, Promise.reject(late)), /no answer/)
    await commit(7)
    pass(10_000)
    await commit(8)
    assert.deepEqual(sent, [5, 6, 8])
  })
})
