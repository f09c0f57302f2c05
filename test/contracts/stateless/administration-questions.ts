import { describeAclsApi } from '../../../src/stream/protocol/apis/describe-acls.ts'
import { describeClientQuotasApi } from '../../../src/stream/protocol/apis/describe-client-quotas.ts'
import { describeTransactionsApi } from '../../../src/stream/protocol/apis/describe-transactions.ts'
import { describeUserScramCredentialsApi } from '../../../src/stream/protocol/apis/describe-user-scram-credentials.ts'
import { listPartitionReassignmentsApi } from '../../../src/stream/protocol/apis/list-partition-reassignments.ts'
import { listTransactionsApi } from '../../../src/stream/protocol/apis/list-transactions.ts'
import { saslHandshakeApi } from '../../../src/stream/protocol/apis/sasl-handshake.ts'
import { inEachVersion, type Question } from './question.ts'

/** What else administrators ask, of a broker without users, ACLs, quotas and transactions. */
export function administrationQuestions(): readonly Question[] {
  const anything = { resourceTypeFilter: 1, resourceNameFilter: null, principalFilter: null, hostFilter: null }
  const quotas = (entityType: string, matchType: number, match: string | null) => ({
    components: [{ entityType, matchType, match }],
    strict: false,
  })
  const reassigned = [{ name: 'orders', partitionIndexes: [0, 9] }]
  return [
    ...inEachVersion(saslHandshakeApi, { mechanism: 'PLAIN' }),
    ...inEachVersion(describeAclsApi, { ...anything, patternTypeFilter: 1, operation: 1, permissionType: 1 }),
    ...inEachVersion(describeClientQuotasApi, quotas('user', 2, null)),
    ...inEachVersion(describeClientQuotasApi, quotas('nothing', 2, null)),
    ...inEachVersion(describeClientQuotasApi, quotas('user', 9, null)),
    ...inEachVersion(describeUserScramCredentialsApi, { users: null }),
    ...inEachVersion(describeUserScramCredentialsApi, { users: [{ name: 'nobody' }, { name: '' }] }),
    ...inEachVersion(listPartitionReassignmentsApi, { topics: null }),
    ...inEachVersion(listPartitionReassignmentsApi, { topics: reassigned }),
    ...inEachVersion(listTransactionsApi, {}),
    ...inEachVersion(listTransactionsApi, { stateFilters: ['Ongoing', 'Nonsense'], producerIdFilters: [7] }),
    ...inEachVersion(describeTransactionsApi, { transactionalIds: ['nobody'] }),
  ]
}
