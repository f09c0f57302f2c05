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
  'WEIR-2005': {
    kind: 'unavailable',
    cause: 'A process of Weir is not running.',
    remedy: 'Read the reason in weir status and weir logs; it is started again by itself unless its data is at fault.',
    retryable: true,
  },
  'WEIR-2006': {
    kind: 'invalid',
    cause: 'The data directory has a format that this version does not know.',
    remedy: 'Use the version of Weir that wrote it, or a newer one.',
  },
  'WEIR-2007': {
    kind: 'not-found',
    cause: 'Weir is not running on this project.',
    remedy: 'Start it with weir up, or name the project with --dir.',
  },
  'WEIR-2008': {
    kind: 'unauthorized',
    cause: 'Weir does not listen beyond loopback without authentication.',
    remedy: 'Set a token and a password, or bind to 127.0.0.1.',
  },
  'WEIR-2009': {
    kind: 'invalid',
    cause: 'A command was given arguments that it does not take.',
    remedy: 'Read the help of the command: weir COMMAND --help.',
  },
  'WEIR-2010': {
    kind: 'conflict',
    cause: 'The folder already holds what would be written.',
    remedy: 'Choose an empty folder.',
  },
  'WEIR-2011': {
    kind: 'not-found',
    cause: 'There is no such stream in the log.',
    remedy: 'Use the name that the message proposes, or declare the stream and apply.',
  },
  'WEIR-2013': {
    kind: 'not-found',
    cause: 'There is no such delivery, or it does not run.',
    remedy: 'weir get delivery lists them with their state.',
  },
  'WEIR-2014': {
    kind: 'conflict',
    cause: 'The metadata of this data directory lies in another kind of database than the project names.',
    remedy: 'Choose the environment that it was started with, or another data directory.',
  },
  'WEIR-2015': {
    kind: 'invalid',
    cause: 'The metadata lies in PostgreSQL, which weir backup does not copy; a backup without it cannot be restored.',
    remedy: 'Stop Weir, take a pg_dump of that database, and copy the folders lake and log of the data directory.',
  },
  'WEIR-2018': {
    kind: 'conflict',
    cause: 'The streams of this data directory lie in another place than the project names.',
    remedy: 'Choose the environment that it was started with, or give this one a data directory of its own.',
  },
  'WEIR-2019': {
    kind: 'conflict',
    cause: 'A worker cannot join this Weir: another version, or a machine that does not see its files or its log.',
    remedy: 'Do what the message says, and start the worker again.',
  },
  'WEIR-2020': {
    kind: 'unavailable',
    cause: 'No Weir answers at the address that a worker is to join.',
    remedy: 'Start weir up there, or correct the address: weir url http prints it.',
    retryable: true,
  },
  'WEIR-2021': {
    kind: 'conflict',
    cause: 'Tables are not maintained while a backup is taken.',
    remedy: 'Ask again when the backup is done.',
    retryable: true,
  },
  'WEIR-2022': {
    kind: 'unavailable',
    cause: 'A table could not be maintained. Its rows are as they were.',
    remedy: 'Do what the message says; the same is tried at its next turn.',
  },
  'WEIR-2023': {
    kind: 'conflict',
    cause: 'The tables of this data directory lie in another place than the project names.',
    remedy: 'Choose the environment that it was started with, or give this one a data directory of its own.',
  },
  'WEIR-2024': {
    kind: 'unavailable',
    cause: 'So many runs of maintenance wait for their turn that no other one may.',
    remedy: 'Ask again when some of them are done: weir table maintenance TABLE shows what is at work.',
    retryable: true,
  },
  'WEIR-2012': {
    kind: 'invalid',
    cause: 'A backup is not whole, or does not belong here.',
    remedy: 'Take the backup again, or restore it to the directory that the message names.',
  },
})
