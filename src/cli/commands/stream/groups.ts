import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { GroupLag } from '../../../stream/groups/group-lag.ts'
import type { Command, CommandCall } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { groupsText, lagText } from '../../stream/group-text.ts'
import { kafkaOptions, withKafka } from '../../stream/with-kafka.ts'
import { mustExist } from '../../stream-names.ts'

/** Those of both protocols, as brokers name them. */
const groupStates = ['Stable', 'Empty', 'Dead', 'PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling']

export const streamGroups: Command = {
  name: 'stream groups',
  summary: 'list consumer groups with state, members and lag, or show one by partition',
  arguments: [{ name: 'group', description: 'the group to show; all without it', required: false }],
  options: [
    { flags: '--stream <name>', description: 'only groups that read this stream' },
    { flags: '--state <state>', description: 'only groups in this state: Stable, Empty …' },
    ...kafkaOptions,
  ],
  examples: ['weir stream groups', 'weir stream groups billing', 'weir stream groups --stream orders --json'],
  run: (call) =>
    withKafka(call, async (client) => {
      const [group] = call.arguments
      if (group !== undefined) await showOne(client, call, group)
      else await showAll(client, call)
    }),
}

async function showOne(client: KafkaClient, { output, options }: CommandCall, name: string): Promise<void> {
  for (const flag of ['stream', 'state'])
    if (options[flag] !== undefined) throw new WeirError('WEIR-2009', `--${flag} is for the list: ${name} is one group`)
  const { describeGroupLag } = await import('../../../stream/groups/group-lag.ts')
  const group = await describeGroupLag(client, name)
  output.answer(group, () => oneText(group))
}

function oneText(group: GroupLag): string {
  const { state, type, assignor, coordinator, members, lag, partitions } = group
  const count = `${members.length} ${members.length === 1 ? 'member' : 'members'}`
  const facts = [state, `${type} protocol`, ...(assignor === '' ? [] : [assignor]), count, `coordinator ${coordinator}`]
  const behind = lag === null ? '' : `, ${formatCount(lag)} behind`
  if (partitions.length === 0) return `${group.group}: ${facts.join(', ')}. Nothing is committed.`
  return `${group.group}: ${facts.join(', ')}${behind}\n\n${lagText(partitions)}`
}

async function showAll(client: KafkaClient, { options, output }: CommandCall): Promise<void> {
  const { stream } = options
  const state = stateOption(options['state'])
  if (typeof stream === 'string') await mustExist(client, stream)
  const found = typeof stream === 'string' ? await groupsReading(client, stream) : await allGroups(client)
  const groups = found.filter((group) => state === undefined || group.state === state)
  output.answer(groups, () => (groups.length === 0 ? 'No consumer group here.' : groupsText(groups)))
}

function stateOption(value: string | boolean | undefined): string | undefined {
  if (value === undefined) return undefined
  const state = groupStates.find((known) => known.toLowerCase() === String(value).toLowerCase())
  if (state !== undefined) return state
  throw new WeirError('WEIR-2009', `--state takes ${groupStates.join(', ')}, not "${String(value)}"`)
}

async function groupsReading(client: KafkaClient, stream: string): Promise<readonly GroupLag[]> {
  const { groupsOfTopic } = await import('../../../stream/groups/stream-groups.ts')
  return groupsOfTopic(client, stream)
}

async function allGroups(client: KafkaClient): Promise<readonly GroupLag[]> {
  const { describeLag } = await import('../../../stream/groups/group-lag.ts')
  const listed = await client.groups.list()
  return describeLag(
    client,
    listed.map(({ group }) => group),
  )
}
