import { apiVersionsApi } from '../../../src/stream/protocol/apis/api-versions.ts'
import { describeClusterApi } from '../../../src/stream/protocol/apis/describe-cluster.ts'
import { findCoordinatorApi } from '../../../src/stream/protocol/apis/find-coordinator.ts'
import { metadataApi } from '../../../src/stream/protocol/apis/metadata.ts'
import { inEachVersion, unknownId, type Question } from './question.ts'

/** What clients ask first: what there is, and where. */
export function clusterQuestions(): readonly Question[] {
  const asked = (...topics: object[]) => ({ topics, allowAutoTopicCreation: false })
  const operations = { includeClusterAuthorizedOperations: true, includeTopicAuthorizedOperations: true }
  return [
    ...inEachVersion(apiVersionsApi, { clientSoftwareName: 'weir', clientSoftwareVersion: '1.0' }),
    ...inEachVersion(apiVersionsApi, { clientSoftwareName: ' ', clientSoftwareVersion: '1.0' }, 3),
    ...inEachVersion(metadataApi, asked(), 0, 0),
    ...inEachVersion(metadataApi, { topics: null, allowAutoTopicCreation: false }, 1),
    ...inEachVersion(metadataApi, asked({ name: 'orders' })),
    ...inEachVersion(metadataApi, asked(), 1),
    ...inEachVersion(metadataApi, { ...asked({ name: 'orders' }), ...operations }, 8),
    // Before version 4 a topic that is asked for is made.
    ...inEachVersion(metadataApi, asked({ name: 'nobody' }, { name: 'a b' }, { name: 'orders' }), 4),
    ...inEachVersion(metadataApi, asked({ name: null, topicId: unknownId }), 12),
    ...[0, 1].flatMap((keyType) => [
      ...inEachVersion(findCoordinatorApi, { key: 'readers', keyType }, keyType, 3),
      ...inEachVersion(findCoordinatorApi, { keyType, coordinatorKeys: ['readers', 'writers'] }, 4),
    ]),
    ...inEachVersion(findCoordinatorApi, { key: 'readers', keyType: 9 }, 1, 3),
    ...inEachVersion(findCoordinatorApi, { keyType: 9, coordinatorKeys: ['readers'] }, 4),
    ...inEachVersion(findCoordinatorApi, { keyType: 0, coordinatorKeys: [] }, 4),
    ...inEachVersion(describeClusterApi, { includeClusterAuthorizedOperations: true }),
    ...inEachVersion(describeClusterApi, {}),
    ...[2, 7].flatMap((endpointType) => inEachVersion(describeClusterApi, { endpointType }, 1)),
  ]
}
