import { defineCodes } from './code-definition.ts'

/** Deliveries, dead letters, the ledger. 5001 to 5009 are the reasons of dead letters; deliveries stop with 5010 to 5029. */
export const deliveryCodes = defineCodes({
  'WEIR-5001': {
    kind: 'invalid',
    cause: 'A record does not fit its table.',
    remedy: 'Correct the record or the table, then replay the dead letter.',
  },
  'WEIR-5002': {
    kind: 'invalid',
    cause: 'A record is not one well-formed value of its format.',
    remedy: 'Correct the producer; the bytes are in the dead letter.',
  },
  'WEIR-5003': {
    kind: 'invalid',
    cause: 'A record has a field that its table does not have.',
    remedy:
      'Add the column, or set onNewField of the delivery to "ignore" or "add column", then replay the dead letter.',
  },
  'WEIR-5004': {
    kind: 'invalid',
    cause: 'A record lacks a value for a required column.',
    remedy: 'Send the value, or make the column optional, then replay the dead letter.',
  },
  'WEIR-5005': {
    kind: 'invalid',
    cause: 'A record has a field twice, or one whose name is reserved.',
    remedy: "Send each field once; names that begin with _ are Weir's.",
  },
  'WEIR-5006': {
    kind: 'invalid',
    cause: 'A record has no value.',
    remedy: 'Rows need a value; a tombstone has no meaning for a table that is only appended to.',
  },
  'WEIR-5007': {
    kind: 'invalid',
    cause: 'The SQL engine refused a record that had passed every check.',
    remedy: 'Report it with the dead letter: the bytes are in it.',
  },
  'WEIR-5010': {
    kind: 'conflict',
    cause: 'The table was rolled back, or another engine took what a delivery had committed.',
    remedy: 'Choose: `weir delivery resume NAME --deliver-again` or `--go-on`.',
  },
  'WEIR-5011': {
    kind: 'corrupt',
    cause: 'The state of a delivery is gone or cannot be read.',
    remedy:
      'Restore the table property weir.state or the file that it names; nothing is delivered from the start again.',
  },
  'WEIR-5012': {
    kind: 'conflict',
    cause:
      'Records were removed from the stream before they were delivered, or the log was restored from a backup without them.',
    remedy: 'Restore them, or go on without them: `weir delivery resume NAME --accept-loss`.',
  },
  'WEIR-5013': {
    kind: 'conflict',
    cause: 'The stream of a delivery was deleted or made again under its name.',
    remedy:
      'Make it again. Then accept the loss of what was not delivered: `weir delivery resume NAME --accept-loss`; where all of it was, `--try-again` is enough.',
  },
  'WEIR-5014': {
    kind: 'conflict',
    cause: 'The table under this name is another one than the delivery began with.',
    remedy:
      'Deliver into it what the stream still has: `weir delivery resume NAME --adopt-table`; or put back the table that was there.',
  },
  'WEIR-5015': {
    kind: 'conflict',
    cause: 'The table has rows of this stream that no state accounts for.',
    remedy: 'Deliver into another table, or remove the rows: nobody knows their offsets.',
  },
  'WEIR-5016': {
    kind: 'conflict',
    cause: 'The stream ends before the offset that the delivery has reached.',
    remedy:
      'Somebody put an older log back by hand. Put back one that reaches that far; or delete the topic, make it again and accept the loss: its records get a source of their own.',
  },
  'WEIR-5017': {
    kind: 'invalid',
    cause: 'A column has a type that this format cannot fill, or a default that it does not take.',
    remedy: 'Change the type or the default of the column, or deliver into a table without it.',
  },
  'WEIR-5018': {
    kind: 'unavailable',
    cause: 'A delivery could not commit.',
    remedy: 'See the reason; it is tried again, and what was accepted stays visible.',
    retryable: true,
  },
  'WEIR-5019': {
    kind: 'corrupt',
    cause: 'A batch of the stream has a wrong checksum or form, or cannot be read at all.',
    remedy:
      'Restore the segment of the log, in front of which the delivery has stopped; or delete the records before the end of the damage, then `weir delivery resume NAME --accept-loss`.',
  },
  'WEIR-5031': {
    kind: 'not-found',
    cause: 'There is no such dead letter in force.',
    remedy: 'List them with `weir dead-letters`; it may have been replayed already.',
  },
  'WEIR-5032': {
    kind: 'conflict',
    cause: 'The table changed while a commit of an operator was made.',
    remedy: 'Try again.',
    retryable: true,
  },
  'WEIR-5033': {
    kind: 'conflict',
    cause: 'A delivery was given an answer to a question that it does not ask.',
    remedy: 'See what it asks: `weir delivery resume NAME`.',
  },
  'WEIR-5034': {
    kind: 'conflict',
    cause:
      'A dead letter of a table with a key was not replayed: whether a later record deleted its key cannot be told any more.',
    remedy: 'Produce a record of the key again with the values that it shall have.',
  },
})
