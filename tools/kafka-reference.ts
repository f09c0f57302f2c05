import { readFileSync } from 'node:fs'
import { brokerConfigsOf } from '../src/stream/broker/apis/broker-configs.ts'
import { defaultLimits } from '../src/stream/broker/broker.ts'
import { groupSettings } from '../src/stream/broker/groups/group-settings.ts'
import { topicConfigs } from '../src/stream/broker/topics/topic-configs.ts'
import { apis } from '../src/stream/protocol/registry.ts'
import { advertisedVersions } from '../src/stream/protocol/versions.ts'
import { kafkaApis, kafkaSettings } from '../test/contracts/kafka-differences/kafka-as-recorded.ts'
import {
  additionalTopicSettings,
  isNamedBy,
  ownBrokerDefaults,
  ownTopicDefaults,
  unknownBrokerSettings,
  unknownGroupSettings,
  type OwnDefault,
  type UnknownSettings,
} from '../test/contracts/kafka-differences/settings.ts'
import { unservedApis } from '../test/contracts/kafka-differences/unserved-apis.ts'
import { markdownTable } from './markdown-table.ts'

const path = 'docs/reference/kafka-compatibility.md'
const begin =
  '<!-- From here on made by tools/reference.ts from the declarations and what Apache Kafka answered; do not edit. -->'

/** What people wrote stays; what follows the mark is made anew. */
export function kafkaPage(): readonly [path: string, text: string] {
  const [written] = readFileSync(path, 'utf8').split(begin)
  const sections = [apiSection(), topicSection(), groupSection(), brokerSection()]
  return [path, `${written}${begin}\n\n${sections.join('\n\n')}\n`]
}

function apiSection(): string {
  const names = new Map(apis.map(({ key, name }) => [key, name]))
  const ours = new Map(advertisedVersions().map(({ apiKey, ...range }) => [apiKey, range]))
  const unserved = new Map(
    unservedApis.flatMap(({ apis: all, reason }) =>
      Object.entries(all).map(([key, name]) => [Number(key), { name, reason }] as const),
    ),
  )
  const rows = [...kafkaApis()]
    .toSorted(([a], [b]) => a - b)
    .map(([key, { min, max }]) => {
      const served = ours.get(key)
      const name = names.get(key) ?? unserved.get(key)?.name ?? ''
      const versions = served ? `${served.minVersion} to ${served.maxVersion}` : 'none'
      return [String(key), name, `${min} to ${max}`, versions, unserved.get(key)?.reason ?? '']
    })
  const intro =
    'Every key that Apache Kafka 4.3.1 serves to clients, with the versions that both advertise. Produce below 3 is advertised, as in Kafka, for the sake of old clients, and refused.'
  return `## APIs\n${intro}\n\n${markdownTable(['key', 'API', 'Kafka', 'Weir', 'reason'], rows)}`
}

function topicSection(): string {
  const theirs = kafkaSettings('topic')
  const rows = Object.entries(topicConfigs)
    .filter(([, { isInternal }]) => !isInternal)
    .map(([name, { default: value, doc }]) => [
      `\`${name}\``,
      shown(value),
      shown(theirs.get(name) ?? 'not there'),
      [doc, reasonOf(ownTopicDefaults[name]), additionalTopicSettings[name] ?? ''].filter(Boolean).join(' '),
    ])
  const intro =
    'Each acts, or takes one value only: nothing is taken and ignored but what says so. A value or a name that is not taken is refused with the reason (INVALID_CONFIG).'
  return `## Settings of topics\n${intro}\n\n${markdownTable(['name', 'default', "Kafka's", 'what it does, and why its default differs'], rows)}`
}

function groupSection(): string {
  const served = Object.entries(groupSettings).map(([name, { doc }]) => [`\`${name}\``, doc])
  const unknown = reasonRows(kafkaSettings('group'), Object.keys(groupSettings), unknownGroupSettings)
  return `## Settings of groups\n${markdownTable(['name', 'what it does'], served)}\n\nKafka's others are unknown here (INVALID_CONFIG):\n\n${markdownTable(['names', 'reason'], unknown)}`
}

function brokerSection(): string {
  const theirs = kafkaSettings('broker')
  const configs = brokerConfigsOf({ limits: defaultLimits, autoCreateTopics: true, defaultPartitions: 4 })
  const ofTopics = Object.entries(topicConfigs).flatMap(([name, { synonym }]) =>
    synonym ? [[synonym, name] as const] : [],
  )
  const topicNames = new Map(ofTopics)
  const rows = configs.map(({ name, value, documentation }) => [
    `\`${name}\``,
    shown(value),
    shown(theirs.get(name) ?? ''),
    topicNames.has(name)
      ? `The default of \`${topicNames.get(name)}\` of topics, see there.`
      : [documentation, reasonOf(ownBrokerDefaults[name])].filter(Boolean).join(' '),
  ])
  const names = configs.map(({ name }) => name)
  const intro =
    'Shown by DescribeConfigs, with the values in force. They are the project’s: AlterConfigs and IncrementalAlterConfigs of a broker are refused (INVALID_CONFIG), for a setting that tools change here and the project sets there has two truths, and one without effect would be taken and ignored.'
  const unknown = markdownTable(['names', 'reason'], reasonRows(theirs, names, unknownBrokerSettings))
  return `## Settings of the broker\n${intro}\n\n${markdownTable(['name', 'value', "Kafka's default", 'what it does, and why it differs'], rows)}\n\nKafka's others are not shown:\n\n${unknown}`
}

/** Names that have the same reason, in a row. */
function reasonRows(
  theirs: ReadonlyMap<string, string>,
  ours: readonly string[],
  declared: readonly UnknownSettings[],
): readonly (readonly string[])[] {
  const left = new Set([...theirs.keys()].filter((name) => !ours.includes(name)).toSorted())
  return declared.map(({ names, reason }) => {
    const named = [...left].filter((name) => names.some((pattern) => isNamedBy(pattern, name)))
    for (const name of named) left.delete(name)
    return [named.map((name) => `\`${name}\``).join(', '), reason]
  })
}

function reasonOf(own: OwnDefault | undefined): string {
  return own ? `Differs: ${own.reason}.` : ''
}

function shown(value: string): string {
  return value === '' ? '(empty)' : value === 'null' ? 'none' : `\`${value}\``
}
