import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { securedAuthority, securedListener } from '../../../../test/support/secured-listener.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import type { BrokerConfig } from '../broker.ts'
import type { SaslMechanism } from './sasl/mechanism.ts'

const mechanisms = securedListener.sasl!.mechanisms
const config: Partial<BrokerConfig> = {
  listeners: [securedListener],
  security: { users: { ada: 'correct horse' } },
  limits: { failedLoginDelayMs: 1 },
}
const messages = Array.from({ length: 100 }, (_, at) => ({ key: `k${at}`, value: `v${at}` }))
const inShort = messages.map(({ key, value }) => `${key}=${value}`)

function kafkaJs(bootstrap: string, mechanism: SaslMechanism, password: string): kafkajs.Kafka {
  return new kafkajs.Kafka({
    brokers: [bootstrap],
    logLevel: kafkajs.logLevel.NOTHING,
    ssl: { ca: [securedAuthority] },
    sasl: { mechanism: mechanism.toLowerCase() as 'plain', username: 'ada', password },
    retry: { retries: 0 },
  })
}

for (const mechanism of mechanisms)
  void test(`kafkajs logs in by ${mechanism} over TLS, produces and consumes; with a wrong password it does not`, async () => {
    await using log = await runBroker({ config })
    const kafka = kafkaJs(log.bootstrap, mechanism, 'correct horse')
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic: 'orders', messages: messages.map((message) => ({ ...message, partition: 0 })) })
    await producer.disconnect()
    const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100, retry: { retries: 5 } })
    await consumer.connect()
    await consumer.subscribe({ topic: 'orders', fromBeginning: true })
    const seen: string[] = []
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ message }: kafkajs.EachMessagePayload): Promise<void> => {
        seen.push(`${message.key?.toString()}=${message.value?.toString()}`)
        if (seen.length === messages.length) resolve()
      }
      consumer.run({ eachMessage }).catch(reject)
    })
    await consumer.disconnect()
    assert.deepEqual(seen, inShort)
    await assert.rejects(kafkaJs(log.bootstrap, mechanism, 'wrong').admin().connect(), /Authentication failed/)
  })

for (const mechanism of mechanisms)
  void test(`@platformatic/kafka logs in by ${mechanism} over TLS, produces and consumes; with a wrong password it does not`, async () => {
    await using log = await runBroker({ config })
    const options = (password: string) => ({
      clientId: 'test',
      bootstrapBrokers: [log.bootstrap],
      tls: { ca: securedAuthority },
      sasl: { mechanism, username: 'ada', password },
      retries: 0,
    })
    const producer = new Producer({
      ...options('correct horse'),
      serializers: stringSerializers,
      autocreateTopics: true,
      retries: 5,
    })
    await producer.send({
      messages: messages.map((message) => ({ topic: 'orders', partition: 0, ...message })),
      acks: -1,
    })
    await producer.close()
    const consumer = new Consumer({ ...options('correct horse'), groupId: 'g', deserializers: stringDeserializers })
    const stream = await consumer.consume({ topics: ['orders'], mode: 'earliest', autocommit: false, maxWaitTime: 100 })
    const seen: string[] = []
    for await (const { key, value } of stream) {
      seen.push(`${key}=${value}`)
      if (seen.length === messages.length) break
    }
    assert.deepEqual(seen, inShort)
    await consumer.close(true)
    const wrong = new Producer(options('wrong'))
    await assert.rejects(wrong.metadata({ topics: ['orders'] }))
    await wrong.close()
    await waitUntil('it is gone', () => log.broker.status().connections === 0)
  })
