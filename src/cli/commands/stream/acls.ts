import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { AclBinding, AclFilter, KafkaAcls } from '../../../stream/client/kafka-acls.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { Command, CommandCall } from '../../command.ts'
import { aclBindings, aclFilter, aclOptions } from '../../stream/acl-option.ts'
import { aclsText } from '../../stream/acl-text.ts'
import { kafkaOptions, withKafka } from '../../stream/with-kafka.ts'

export const streamAcls: Command = {
  name: 'stream acls',
  summary: 'list ACLs, add some, or remove those that a filter lets through',
  options: [
    { flags: '--list', description: 'list them; what it does without --add and --remove' },
    { flags: '--add', description: 'add one for each principal, operation and resource named' },
    { flags: '--remove', description: 'remove those that match: shows them, and does it with --execute' },
    ...aclOptions,
    { flags: '--execute', description: 'with --remove: do it; without it nothing is changed' },
    ...kafkaOptions,
  ],
  examples: [
    'weir stream acls --stream orders',
    'weir stream acls --add --allow-principal User:ada --operation read --stream orders --group billing',
    'weir stream acls --add --allow-principal User:shop --operation write --stream shop. --prefixed',
    'weir stream acls --remove --principal User:ada --execute',
  ],
  run: (call) => {
    const { add, remove } = call.options
    if (add === true && remove === true) throw new WeirError('WEIR-2009', 'use --add or --remove, not both')
    if (add === true) {
      const bindings = aclBindings(call)
      return withAcls(call, ({ acls }) => addAcls(acls, call, bindings))
    }
    const filter = aclFilter(call)
    return withAcls(call, ({ acls }) => (remove === true ? removeAcls(acls, call, filter) : list(acls, call, filter)))
  },
}

/** A broker that asks no ACLs says so in a word of the protocol; here it is said how to have them. */
async function withAcls(call: CommandCall, work: (client: KafkaClient) => Promise<void>): Promise<void> {
  try {
    await withKafka(call, work)
  } catch (error) {
    const [{ isRefusal }, { kafkaErrors }] = await Promise.all([
      import('../../../stream/client/retry.ts'),
      import('../../../stream/protocol/errors.ts'),
    ])
    if (!isRefusal(error, kafkaErrors.SECURITY_DISABLED)) throw error
    const remedy = 'streams.authorization in weir.config.ts turns it on, authorizer.class.name in a Kafka'
    throw new WeirError('WEIR-3103', `authorization is off: everybody may do everything. ${remedy}`, { cause: error })
  }
}

async function addAcls(acls: KafkaAcls, call: CommandCall, bindings: readonly AclBinding[]): Promise<void> {
  await acls.create(bindings)
  call.output.answer(bindings, () => `Added:\n${aclsText(bindings)}`)
}

async function list(acls: KafkaAcls, { output }: CommandCall, filter: AclFilter): Promise<void> {
  const found = await acls.list(filter)
  output.answer(found, () => (found.length === 0 ? 'No ACL is like that.' : aclsText(found)))
}

async function removeAcls(acls: KafkaAcls, { options, output }: CommandCall, filter: AclFilter): Promise<void> {
  if (Object.keys(filter).length === 0)
    throw new WeirError('WEIR-2009', '--remove takes a filter: a principal, a stream, a group or an operation')
  const execute = options['execute'] === true
  const found = execute ? await acls.delete(filter) : await acls.list(filter)
  output.answer({ acls: found, removed: execute }, () => {
    if (found.length === 0) return 'No ACL is like that.'
    return execute
      ? `Removed:\n${aclsText(found)}`
      : `${aclsText(found)}\n\nNothing is changed: remove them with --execute.`
  })
}
