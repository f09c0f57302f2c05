import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { holdAll } from './hold-all.ts'
import type { HeldObject } from './object-store.ts'

/** Remembers what is held. */
function counting(failing?: string) {
  const held = new Map<string, number>()
  let asked = 0
  const hold = async (location: string): Promise<HeldObject> => {
    asked += 1
    await new Promise(setImmediate)
    if (location === failing) throw new WeirError('WEIR-8004', `${location} was not answered`)
    held.set(location, (held.get(location) ?? 0) + 1)
    return { path: `/copies/${location}`, release: () => void held.set(location, held.get(location)! - 1) }
  }
  const stillHeld = () => [...held].filter(([, count]) => count > 0).map(([location]) => location)
  return { hold, stillHeld, asked: () => asked }
}

const objects = Array.from({ length: 20 }, (_, at) => ({ location: `o${at}`, sizeBytes: 10 }))

void suite('objects that are held together', () => {
  void test('each is there once until all are let go', async () => {
    const store = counting()
    const held = await holdAll(store, [...objects, ...objects])
    assert.equal(held.pathOf('o7'), '/copies/o7')
    assert.equal(store.asked(), 20)
    assert.equal(store.stillHeld().length, 20)
    held.release()
    assert.deepEqual(store.stillHeld(), [])
  })

  void test('when one cannot be had none stays held, and no more are fetched', async () => {
    const store = counting('o3')
    await assert.rejects(holdAll(store, objects), { code: 'WEIR-8004' })
    assert.deepEqual(store.stillHeld(), [])
    assert.ok(store.asked() < 20, `${store.asked()} were asked for`)
  })

  void test('more than may ever be there at once is refused before anything is fetched, with the setting', async () => {
    const store = counting()
    await assert.rejects(holdAll({ ...store, copyBytesMax: 199 }, objects), {
      code: 'WEIR-8009',
      message:
        /^20 files of 200 B would be read at once, and copies of files may take 199 B here\. .*objects: \{ cache: \{ size \} \}/,
    })
    assert.equal(store.asked(), 0)
    ;(await holdAll({ ...store, copyBytesMax: 200 }, objects)).release()
  })
})
