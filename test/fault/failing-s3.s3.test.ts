import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { describeObjectStoreContract } from '../contracts/object-store.ts'
import { startChaosProxy, type ChaosProxy, type Faults } from '../support/chaos-proxy.ts'
import { openS3Store, s3Server } from '../support/s3-store.ts'
import { printedSeed } from './chosen-seed.ts'

/** Each way in which a server or a network is bad, and all of them at once. */
const ways: Readonly<Record<string, Faults>> = {
  'is slow': { latency: '0-40', 'bytes-per-second': 8 << 20 },
  'fails one request in five': { 'error-rate': 0.2 },
  'resets one connection in five': { 'reset-rate': 0.2 },
  'breaks off one answer in five': { 'truncate-rate': 0.2 },
  'loses one answer in five': { 'lost-rate': 0.2 },
  'falls silent in one answer of ten': { 'stall-rate': 0.1 },
  'does all of it': {
    latency: '0-10',
    'error-rate': 0.06,
    'reset-rate': 0.06,
    'lost-rate': 0.06,
    'truncate-rate': 0.06,
    'stall-rate': 0.03,
  },
}

const seed = printedSeed()
for (const [way, faults] of Object.entries(ways)) {
  let proxy: ChaosProxy
  before(async () => {
    proxy = await startChaosProxy(s3Server().endpoint, seed, faults)
  })
  after(async () => {
    const { requests, matched: _, ...drawn } = await proxy.counts()
    const failed = Object.values(drawn).reduce((sum, count) => sum + count, 0)
    await proxy[Symbol.asyncDispose]()
    assert.ok(requests > 50 && (failed > 0 || faults.latency !== undefined), `${way}: ${failed} of ${requests} failed`)
  })
  describeObjectStoreContract(`S3 that ${way}`, () => openS3Store({ endpoint: proxy.url, silenceMsMax: 400 }))
}
