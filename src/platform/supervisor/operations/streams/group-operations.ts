import type { KafkaClient } from '../../../../stream/client/kafka-client.ts'
import { describeGroupLag, describeLag } from '../../../../stream/groups/group-lag.ts'
import { executeReset, planReset } from '../../../../stream/groups/plan-reset.ts'
import { removeGroup, removeOffsets } from '../../../../stream/groups/remove-group.ts'
import { groupsOfTopic } from '../../../../stream/groups/stream-groups.ts'
import type { GroupOperations, GroupsPage, GroupsRequest } from '../../../stream-api/groups.ts'
import { existingTopic } from './existing-topic.ts'
import type { OwnLog } from './stream-operations.ts'

export function createGroupOperations(client: () => Promise<KafkaClient>, ownLog: OwnLog): GroupOperations {
  return {
    page: async (request) => pageOf(await client(), request),
    describe: async (group) => describeGroupLag(await client(), group),
    async history(group) {
      const found = await ownLog()?.call('lagHistory', { group })
      return found ? { ...found, at: new Date(found.at).toISOString() } : null
    },
    async reset(group, target, scope, execute) {
      const kafka = await client()
      const plan = await planReset(kafka, group, target, scope)
      if (execute) await executeReset(kafka, plan)
      return plan
    },
    delete: async (group) => removeGroup(await client(), group),
    deleteOffsets: async (group, stream) => removeOffsets(await client(), group, stream),
  }
}

async function pageOf(kafka: KafkaClient, request: GroupsRequest): Promise<GroupsPage> {
  const { prefix = '', state, stream, after, limit } = request
  const isWanted = (group: { readonly group: string; readonly state: string }): boolean =>
    group.group.startsWith(prefix) && (state === undefined || group.state === state)
  const isLater = ({ group }: { readonly group: string }): boolean => after === undefined || group > after
  if (stream !== undefined) {
    await existingTopic(kafka, stream)
    const all = (await groupsOfTopic(kafka, stream)).filter(isWanted)
    return cut(all.filter(isLater), all.length, limit)
  }
  const all = (await kafka.groups.list()).filter(isWanted)
  const later = all.filter(isLater)
  const items = await describeLag(
    kafka,
    later.slice(0, limit).map(({ group }) => group),
  )
  return { items, total: all.length, next: later.length > limit ? later[limit - 1]!.group : null }
}

function cut(later: GroupsPage['items'], total: number, limit: number): GroupsPage {
  const items = later.slice(0, limit)
  return { items, total, next: later.length > limit ? items.at(-1)!.group : null }
}
