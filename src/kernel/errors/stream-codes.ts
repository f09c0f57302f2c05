import { defineCodes } from './code-definition.ts'

/** Streams and the Kafka protocol. */
export const streamCodes = defineCodes({
  'WEIR-3001': {
    kind: 'corrupt',
    cause: 'Bytes do not follow the Kafka protocol.',
    remedy: 'Check what connects to the Kafka port.',
  },
  'WEIR-3006': {
    kind: 'unavailable',
    cause: 'The log cannot listen on its Kafka port.',
    remedy: 'Choose another port, or stop the program that holds this one.',
    retryable: true,
  },
  'WEIR-3007': {
    kind: 'corrupt',
    cause: 'A file of the log is damaged: records that were acknowledged cannot be read.',
    remedy:
      'Stop Weir and restore the file that the message names, or give the records up with a Kafka tool that deletes records before the offset named.',
  },
  'WEIR-3008': {
    kind: 'corrupt',
    cause: 'The description of a topic is missing or cannot be read, and its records are there.',
    remedy: 'Restore the file that the message names, or move its folder away to go on without the topic.',
  },
  'WEIR-3009': {
    kind: 'corrupt',
    cause:
      'A file in which the log keeps its own state (producer ids, groups, transactional ids, users, where partitions start) was lost or damaged; the log started with what can be read of it.',
    remedy:
      'The message says what that means. To have back what was lost, stop Weir and restore the file that it names from a backup.',
  },
  'WEIR-3020': {
    kind: 'corrupt',
    cause: 'The file with the users, ACLs and quotas of the log cannot be read.',
    remedy:
      'Restore the file that the message names from a backup, or move it away: then only what the project declares is there.',
  },
  'WEIR-3021': {
    kind: 'invalid',
    cause: 'The certificate of a listener, its key or its authorities cannot be used.',
    remedy: 'Correct the file that the message names: PEM, the key without a passphrase and of that certificate.',
  },
  'WEIR-3022': {
    kind: 'unauthorized',
    cause: 'The log is encrypted, and no key that was given opens it.',
    remedy: 'Give the key that the message names in streams.encryption, as key or in oldKeys.',
  },
  'WEIR-3023': {
    kind: 'unavailable',
    cause: 'The command that wraps and unwraps the keys of the log failed.',
    remedy: 'Run it by hand as the message shows; it reads base64 and writes base64.',
    retryable: true,
  },
  'WEIR-3024': {
    kind: 'corrupt',
    cause: 'The file with the wrapped keys of the log cannot be read.',
    remedy: 'Restore log/encryption.json from a backup: without it nobody can read the log.',
  },
  'WEIR-3101': {
    kind: 'closed',
    cause: 'The Kafka client or producer was closed.',
    remedy: 'Open another one.',
  },
  'WEIR-3102': {
    kind: 'unavailable',
    cause: 'No Kafka broker answered in time.',
    remedy: 'Check that the broker that the message names runs; weir status shows the own one.',
    retryable: true,
  },
  'WEIR-3103': {
    kind: 'invalid',
    cause: 'A Kafka broker refused a request.',
    remedy:
      'The message names the error of the Kafka protocol and the topic. At CORRUPT_MESSAGE records are damaged: WEIR-3007 in weir logs log names their offsets, and what lies behind them can be read from there on (weir stream tail STREAM --from OFFSET).',
  },
  'WEIR-3104': {
    kind: 'invalid',
    cause: 'A Kafka broker does not speak a version of the protocol that is needed.',
    remedy: 'Use a broker as new as Apache Kafka 2.8.',
  },
  'WEIR-3106': {
    kind: 'unauthorized',
    cause: 'A Kafka broker does not log this client in.',
    remedy: 'Correct the user, the password or the mechanism that the message names.',
  },
  'WEIR-3105': {
    kind: 'not-found',
    cause: 'There is no such topic, and the broker creates none by itself.',
    remedy: 'Create the topic first, or declare a stream of that name.',
  },
  'WEIR-3121': {
    kind: 'not-found',
    cause: 'There is no such consumer group.',
    remedy: 'weir stream groups lists them.',
  },
  'WEIR-3122': {
    kind: 'conflict',
    cause: 'The consumer group has members: while they read, its offsets are theirs.',
    remedy: 'Stop its consumers, wait for weir stream groups to show it as Empty, and try again.',
    retryable: true,
  },
  'WEIR-3123': {
    kind: 'conflict',
    cause: 'A replay cannot go on where it was interrupted.',
    remedy: 'Begin anew with --again, which copies all of it once more, or under another --name.',
  },
  'WEIR-3124': {
    kind: 'not-found',
    cause: 'There is no record at this offset.',
    remedy:
      'Look at the offsets that the message names: others were removed, are transaction markers, or are still to come.',
  },
})
