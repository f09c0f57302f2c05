import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kafkaApis, kafkaSettings } from '../../../../test/contracts/kafka-differences/kafka-as-recorded.ts'
import {
  additionalTopicSettings,
  isNamedBy,
  ownBrokerDefaults,
  ownTopicDefaults,
  unknownBrokerSettings,
  unknownGroupSettings,
  type OwnDefault,
  type UnknownSettings,
} from '../../../../test/contracts/kafka-differences/settings.ts'
import { unservedApis } from '../../../../test/contracts/kafka-differences/unserved-apis.ts'
import { advertisedVersions } from '../../protocol/versions.ts'
import { defaultLimits } from '../broker.ts'
import { groupSettings } from '../groups/group-settings.ts'
import { topicConfigs } from '../topics/topic-configs.ts'
import { brokerConfigsOf } from './broker-configs.ts'

void test('each API of Kafka is served in the versions that Kafka serves, or is said not to be, with the reason', () => {
  const ours = new Map(advertisedVersions().map(({ apiKey, ...range }) => [apiKey, range]))
  const unserved = unservedApis.flatMap(({ apis }) => Object.keys(apis).map(Number))
  const theirs = kafkaApis()
  assert.deepEqual(
    [...theirs.keys()].filter((key) => !ours.has(key)).toSorted((a, b) => a - b),
    unserved.toSorted((a, b) => a - b),
  )
  for (const [key, { minVersion, maxVersion }] of ours)
    assert.deepEqual({ min: minVersion, max: maxVersion }, theirs.get(key), `key ${key}`)
})

void test('each setting of a topic is that of Kafka, or is said to differ, with the reason', () => {
  const shown = Object.entries(topicConfigs).filter(([, { isInternal }]) => !isInternal)
  const ours = new Map(shown.map(([name, { default: value }]) => [name, value]))
  const theirs = kafkaSettings('topic')
  assert.deepEqual(missing(theirs, ours), [])
  assert.deepEqual(missing(ours, theirs), Object.keys(additionalTopicSettings))
  assert.deepEqual(differing(theirs, ours), valuesOf(ownTopicDefaults))
})

void test('each setting of a broker is shown as in Kafka, or is said to differ or not to be shown, with the reason', () => {
  const settings = { limits: defaultLimits, autoCreateTopics: true, defaultPartitions: 4 }
  const ours = new Map(brokerConfigsOf(settings).map(({ name, value }) => [name, value]))
  const theirs = kafkaSettings('broker')
  const ofTopics = Object.entries(ownTopicDefaults).flatMap(([name, one]) => {
    const { synonym } = topicConfigs[name]!
    return synonym ? [[synonym, one] as const] : []
  })
  areKnownMissing(missing(theirs, ours), unknownBrokerSettings)
  assert.deepEqual(missing(ours, theirs), [])
  assert.deepEqual(differing(theirs, ours), valuesOf({ ...ownBrokerDefaults, ...Object.fromEntries(ofTopics) }))
})

void test('each setting of a group is here, or is said not to be, with the reason', () => {
  const ours = new Map(Object.keys(groupSettings).map((name) => [name, '']))
  areKnownMissing(missing(kafkaSettings('group'), ours), unknownGroupSettings)
})

type Settings = ReadonlyMap<string, string>

function missing(from: Settings, others: Settings): readonly string[] {
  return [...from.keys()].filter((name) => !others.has(name)).toSorted()
}

function differing(theirs: Settings, ours: Settings): Readonly<Record<string, object>> {
  const both = [...ours].filter(([name, value]) => theirs.has(name) && theirs.get(name) !== value)
  return Object.fromEntries(both.map(([name, weir]) => [name, { kafka: theirs.get(name), weir }]))
}

function valuesOf(declared: Readonly<Record<string, OwnDefault>>): Readonly<Record<string, object>> {
  return Object.fromEntries(Object.entries(declared).map(([name, { kafka, weir }]) => [name, { kafka, weir }]))
}

/** Every name has a reason, and every reason is one for some name. */
function areKnownMissing(names: readonly string[], declared: readonly UnknownSettings[]): void {
  const patterns = declared.flatMap((one) => one.names)
  assert.deepEqual(
    names.filter((name) => !patterns.some((pattern) => isNamedBy(pattern, name))),
    [],
  )
  assert.deepEqual(
    patterns.filter((pattern) => !names.some((name) => isNamedBy(pattern, name))),
    [],
  )
}
