import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { endUnlessHeard } from './end-unless-heard.ts'

void test('INV-W2: a process goes on while the supervisor is there, and ends when nothing is heard of it', async () => {
  let isOver = false
  const heard = endUnlessHeard(300, () => (isOver = true))
  let times = 0
  const telling = setInterval(() => (times++, heard()), 20)
  await waitUntil('twice the silence', () => times > 30)
  assert.equal(isOver, false)
  clearInterval(telling)
  await waitUntil('its end', () => isOver)
})

void test('a process that was busy for longer than that reads first what waits for it', async () => {
  let isOver = false
  const heard = endUnlessHeard(200, () => (isOver = true))
  const { port1, port2 } = new MessageChannel()
  const read = new Promise<void>((resolve) => port2.once('message', () => (heard(), resolve())))
  port1.postMessage('it is there')
  const busySince = performance.now()
  while (performance.now() - busySince < 300);
  await read
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isOver, false)
  await waitUntil('its end', () => isOver)
  port1.close()
})
