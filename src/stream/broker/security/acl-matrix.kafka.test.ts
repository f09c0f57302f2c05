import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { freePort } from '../../../../test/support/free-port.ts'
import { startApacheKafka } from '../../../../test/contracts/apache-kafka.ts'
import { askMatrix } from '../../../../test/contracts/acl/matrix.ts'
import { matrixRecord, recordedMatrix } from '../../../../test/contracts/acl/record.ts'
import { matrixUsers } from '../../../../test/contracts/acl/users.ts'

void test('Apache Kafka tells the users of the ACL matrix what is recorded of it', { timeout: 300_000 }, async () => {
  const [usersPort, controllerPort] = [await freePort(), await freePort()]
  const users = matrixUsers.map(({ name }) => `user_${name}="${name}"`).join(' ')
  const kafka = await startApacheKafka(
    '--acl',
    ...[
      `listeners=PLAINTEXT://127.0.0.1:{port},USERS://127.0.0.1:${usersPort},CONTROLLER://127.0.0.1:${controllerPort}`,
      `advertised.listeners=PLAINTEXT://127.0.0.1:{port},USERS://127.0.0.1:${usersPort}`,
      'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,USERS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
      `controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}`,
      'sasl.enabled.mechanisms=PLAIN',
      `listener.name.users.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required ${users};`,
      'allow.everyone.if.no.acl.found=false',
      'super.users=User:ANONYMOUS',
    ].flatMap((setting) => ['--conf', setting]),
  )
  try {
    const matrix = await askMatrix({ admin: kafka.bootstrap, usersPort })
    if (process.env['WEIR_RECORD'] === '1') writeFileSync(matrixRecord, `${JSON.stringify(matrix, null, 2)}\n`)
    assert.deepEqual(matrix, recordedMatrix())
  } finally {
    await kafka.stop()
  }
})
