import { defineCodes } from './code-definition.ts'

/** Processes, ports, locks, the data directory. */
export const processCodes = defineCodes({
  'WEIR-2001': {
    kind: 'conflict',
    cause: 'Another process owns this data directory.',
    remedy: 'Stop the process that the message names, or use another directory.',
  },
  'WEIR-2002': {
    kind: 'closed',
    cause: 'The process at the other end has gone.',
    remedy: 'Try again: the supervisor starts it anew.',
    retryable: true,
  },
  'WEIR-2003': {
    kind: 'conflict',
    cause: 'A port is taken by another process.',
    remedy: 'Choose another port by the option named, or stop its holder.',
  },
  'WEIR-2004': {
    kind: 'unavailable',
    cause: 'Another process did not answer in time.',
    remedy: 'Try again; weir logs shows what it does.',
    retryable: true,
  },
})
