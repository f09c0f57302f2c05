import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askMatrix } from '../../../../test/contracts/acl/matrix.ts'
import { recordedMatrix } from '../../../../test/contracts/acl/record.ts'
import { matrixUsers } from '../../../../test/contracts/acl/users.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { servedVersions } from '../../protocol/versions.ts'
import { matrixAsks } from '../../../../test/contracts/acl/asks.ts'
import { zeroUuid } from '../../protocol/field.ts'
import { unguarded } from './guards/guard-table.ts'

void test('each user of the matrix is told what Apache Kafka tells it, for every API that is served', async () => {
  await using log = await runBroker({
    config: {
      autoCreateTopics: false,
      listeners: [
        { name: 'admin', host: '127.0.0.1', port: 0 },
        { name: 'users', host: '127.0.0.1', port: 0, sasl: { mechanisms: ['PLAIN'] } },
      ],
      security: {
        users: Object.fromEntries(matrixUsers.map(({ name }) => [name, name])),
        authorization: { superUsers: ['User:ANONYMOUS'], allowEveryoneIfNoAcl: false },
      },
    },
  })
  const [admin, usersPort] = log.ports
  const matrix = await askMatrix({ admin: `127.0.0.1:${admin}`, usersPort: usersPort! })
  assert.deepEqual(matrix, recordedMatrix())
})

void test('the matrix asks every API that has a guard and is served', () => {
  const asked = new Set(matrixAsks(zeroUuid).map(({ api }) => api.key))
  assert.deepEqual(
    [...servedVersions.keys()].filter((key) => !asked.has(key) && !unguarded.has(key)),
    [],
  )
})
