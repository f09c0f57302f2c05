import type { Settings } from './settings.ts'

/** What is asked of settings here, as they were written. */
type Given = Pick<
  Partial<Settings>,
  | 'autoCreateTopics'
  | 'defaultPartitions'
  | 'memory'
  | 'offsetsRetention'
  | 'ports'
  | 'streams'
  | 'transactionTimeoutMax'
>

/** A setting as it was written, and what a Kafka has in its place. */
interface LogSetting {
  readonly name: string
  readonly value: unknown
  readonly ofKafka?: string
}

/**
 * What settings say that nothing obeys, because of other settings. Environments lay some over others, so that this is no error: a
 * project may say for its own log what does not count where an environment names another Kafka. Whoever plans or starts it is told.
 */
export function idleSettings(given: Given): readonly string[] {
  return given.streams?.bootstrap === undefined ? ofOwnLog(given) : ofOtherKafka(given, given.streams.bootstrap)
}

function ofOtherKafka(given: Given, bootstrap: readonly string[]): readonly string[] {
  const idle = logSettings(given).filter(({ value }) => value !== undefined)
  if (idle.length === 0) return []
  const shown = idle.map(({ name, value }) => `${name} (${String(value)})`)
  const ofKafka = idle.flatMap((setting) => (setting.ofKafka === undefined ? [] : [setting.ofKafka]))
  const [does, them] = idle.length === 1 ? ['does', 'it'] : ['do', 'them']
  const remedy = ofKafka.length === 0 ? 'Keep' : `Set what is meant there (${ofKafka.join(', ')}), and keep`
  return [
    `${listed(shown)} ${does} nothing: streams lie in the Kafka at ${bootstrap.join(', ')} (streams.bootstrap), whose own settings decide. ${remedy} ${them} to environments without streams.bootstrap, or leave ${them} out`,
  ]
}

/** All that only the log of Weir's own obeys, but for what `streams` refuses beside `bootstrap`. */
function logSettings(given: Given): readonly LogSetting[] {
  return [
    { name: 'ports.kafka', value: given.ports?.kafka },
    { name: 'memory.log', value: given.memory?.log },
    { name: 'autoCreateTopics', value: given.autoCreateTopics, ofKafka: 'auto.create.topics.enable' },
    { name: 'defaultPartitions', value: given.defaultPartitions, ofKafka: 'num.partitions' },
    { name: 'offsetsRetention', value: given.offsetsRetention, ofKafka: 'offsets.retention.minutes' },
    { name: 'transactionTimeoutMax', value: given.transactionTimeoutMax, ofKafka: 'transaction.max.timeout.ms' },
  ]
}

function ofOwnLog({ ports, streams }: Given): readonly string[] {
  const [name, first] = Object.entries(streams?.listeners ?? {})[0] ?? []
  if (ports?.kafka === undefined || first?.port === undefined) return []
  return [
    `ports.kafka (${ports.kafka}) does nothing: it is for the first listener, and streams.listeners.${name} has port ${first.port} of its own. Leave one of them out`,
  ]
}

function listed(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
