import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { freePort } from '../../../test/support/free-port.ts'
import type { DeliveryChildConfig } from '../children/child-methods.ts'
import { internalBootstrap } from '../../stream/internal-address.ts'
import { adaptConfig, refuseOtherPlace, type JoinPlace } from './adapt-config.ts'
import type { Welcome } from './join-methods.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-join-'))
after(() => rmSync(folder, { recursive: true }))
const probe = { path: join(folder, 'probe'), text: 'of this start' }
writeFileSync(probe.path, probe.text)

const here: JoinPlace = {
  address: 'http://10.0.0.5:4000',
  token: undefined,
  projectDirectory: '/here',
  machine: 'machine',
  memoryBytes: undefined,
  kafkaUser: undefined,
}
const elsewhere: JoinPlace = { ...here, machine: 'another' }
const welcome: Welcome = { version: '1.2.3', machine: 'machine', probe, listener: null }

const refused = (told: Partial<Welcome>, place: JoinPlace, message: RegExp): Promise<void> =>
  assert.rejects(refuseOtherPlace({ ...welcome, ...told }, '1.2.3', place), { code: 'WEIR-2019', message })

void test('a worker of another version, or that does not see the lake, is refused with what to do', async () => {
  await refuseOtherPlace(welcome, '1.2.3', here)
  await refused({ version: '1.2.4' }, here, /there is Weir 1\.2\.4, and this is 1\.2\.3\. Install the same version/)
  const hidden = { path: join(folder, 'hidden'), text: '' }
  await refused({ probe: hidden }, here, /does not see \S+hidden: .*mounted at the same path/)
  await refused({ probe: { ...probe, text: 'of another one' } }, here, /does not see/)
})

void test('from another machine the Kafka port must answer, and have a login when it wants one', async () => {
  const listener = { address: `127.0.0.1:${await freePort()}`, tls: false, sasl: true }
  await refused({ listener }, elsewhere, /wants a login\. Set WEIR_KAFKA_USER/)
  await refused({ listener }, { ...elsewhere, kafkaUser: 'worker' }, /does not answer from here.*streams\.listeners/)
  await refuseOtherPlace({ ...welcome, listener }, '1.2.3', here)
})

void test('a configuration is told as it is there, and used as it is here', () => {
  const socket = join(folder, 'probe')
  const told = {
    catalogUri: 'http://127.0.0.1:4000/iceberg',
    memoryLimitBytes: 1_000_000_000,
    kafka: { bootstrap: internalBootstrap(socket) },
    lake: {
      warehouse: 's3://lake/shop',
      copies: { cacheDirectory: '/cache' },
      s3: { pathStyle: false, projectDirectory: '/there' },
    },
  } as DeliveryChildConfig
  const same = adaptConfig(told, welcome, here)
  assert.equal(same.catalogUri, 'http://10.0.0.5:4000/iceberg')
  assert.equal(same.memoryLimitBytes, 1_000_000_000)
  assert.deepEqual(same.kafka, told.kafka)
  assert.equal(same.lake.s3?.projectDirectory, '/here', 'its secrets are read here')
  assert.ok(same.silenceMsMax !== undefined && same.silenceMsMax <= 12_000, 'INV-W2')
  const listener = { address: '10.0.0.5:9092', tls: true, sasl: true }
  const place = { ...elsewhere, token: 'mine', kafkaUser: 'worker', memoryBytes: 800_000_000 }
  const other = adaptConfig(told, { ...welcome, listener }, place)
  assert.equal(other.catalogToken, 'mine')
  assert.equal(other.memoryLimitBytes, 500_000_000)
  assert.deepEqual(other.kafka, {
    bootstrap: '10.0.0.5:9092',
    projectDirectory: '/here',
    tls: {},
    sasl: { mechanism: 'SCRAM-SHA-512', user: 'worker', password: { fromEnv: 'WEIR_KAFKA_PASSWORD' } },
  })
  const real = { ...told, kafka: { bootstrap: 'kafka:9092', tls: {} } } as DeliveryChildConfig
  assert.deepEqual(adaptConfig(real, welcome, elsewhere).kafka, {
    bootstrap: 'kafka:9092',
    tls: {},
    projectDirectory: '/here',
  })
})
