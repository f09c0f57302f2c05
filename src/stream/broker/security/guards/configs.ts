import { alterConfigsApi } from '../../../protocol/apis/alter-configs.ts'
import { describeConfigsApi } from '../../../protocol/apis/describe-configs.ts'
import { incrementalAlterConfigsApi } from '../../../protocol/apis/incremental-alter-configs.ts'
import { kafkaErrors } from '../../../protocol/errors.ts'
import { clusterName, type Operation, type ResourceType } from '../acl/acl.ts'
import { guard, split, type Access, type Guard } from './guard.ts'

interface ConfigResource {
  readonly resourceType: number
  readonly resourceName: string
}

/** By the protocol's numbers of configuration resources; all others belong to the cluster. */
const resources: Readonly<Record<number, readonly [type: ResourceType, errorCode: number]>> = {
  2: ['topic', kafkaErrors.TOPIC_AUTHORIZATION_FAILED],
  32: ['group', kafkaErrors.GROUP_AUTHORIZATION_FAILED],
}
const ofCluster = ['cluster', kafkaErrors.CLUSTER_AUTHORIZATION_FAILED] as const

function may(access: Access, operation: Operation, { resourceType, resourceName }: ConfigResource): boolean {
  const [type] = resources[resourceType] ?? ofCluster
  return access.may(operation, type, type === 'cluster' ? clusterName : resourceName)
}

function refused({ resourceType, resourceName }: ConfigResource) {
  const [, errorCode] = resources[resourceType] ?? ofCluster
  return { resourceType, resourceName, errorCode, errorMessage: null }
}

/** Settings of topics, groups and the broker. */
export const configGuards: readonly Guard[] = [
  guard(describeConfigsApi, (request, { access }) => {
    const [allowed, others] = split(request.resources, (resource) => may(access, 'describe-configs', resource))
    return {
      request: { ...request, resources: allowed },
      complete: (answer) => ({ ...answer, results: [...(answer.results ?? []), ...others.map(refused)] }),
    }
  }),
  guard(alterConfigsApi, (request, { access }) => {
    const [allowed, others] = split(request.resources, (resource) => may(access, 'alter-configs', resource))
    return {
      request: { ...request, resources: allowed },
      complete: (answer) => ({ ...answer, responses: [...(answer.responses ?? []), ...others.map(refused)] }),
    }
  }),
  guard(incrementalAlterConfigsApi, (request, { access }) => {
    const [allowed, others] = split(request.resources, (resource) => may(access, 'alter-configs', resource))
    return {
      request: { ...request, resources: allowed },
      complete: (answer) => ({ ...answer, responses: [...(answer.responses ?? []), ...others.map(refused)] }),
    }
  }),
]
