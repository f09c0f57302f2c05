import { Kafka, logLevel } from 'kafkajs'

export interface GroupMember {
  leave(): Promise<void>
}

/** A consumer of somebody else's that reads a topic from its beginning and commits as it goes; resolves when it is in. */
export async function joinGroup(bootstrap: string, group: string, topic: string): Promise<GroupMember> {
  const kafka = new Kafka({ brokers: [bootstrap], clientId: 'reader', logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({ autoCommitInterval: 100, eachMessage: async () => undefined })
  await joined
  return { leave: () => consumer.disconnect() }
}
