import { defineCodes } from './code-definition.ts'

/** Files, object stores, the metadata database. */
export const storageCodes = defineCodes({
  'WEIR-8001': {
    kind: 'unavailable',
    cause: 'The disk is full.',
    remedy: 'Free space; work goes on by itself.',
    retryable: true,
  },
  'WEIR-8002': {
    kind: 'not-found',
    cause: 'An object that should be in the store is not there.',
    remedy: 'Restore it from a backup; it was removed by something other than Weir.',
  },
  'WEIR-8003': {
    kind: 'conflict',
    cause: 'An object is already stored under this location.',
    remedy: 'Use another name; stored objects never change.',
  },
  'WEIR-8004': {
    kind: 'unavailable',
    cause: 'The object store does not answer as it should.',
    remedy: 'Check endpoint, bucket and credentials; work goes on by itself.',
    retryable: true,
  },
  'WEIR-8005': {
    kind: 'invalid',
    cause: 'A location lies outside the stores that are configured.',
    remedy: 'Use a location under the data directory or a configured bucket.',
  },
  'WEIR-8006': {
    kind: 'unavailable',
    cause: 'The metadata database cannot be opened or does not answer.',
    remedy: 'Start the database, or correct the option metadata; a damaged metadata.db comes back with weir restore.',
    retryable: true,
  },
  'WEIR-8007': {
    kind: 'corrupt',
    cause: 'A file of the lake is damaged, or another lies in its place.',
    remedy: 'Restore it from a backup: the message names it. weir verify says which records it held.',
  },
  'WEIR-8008': {
    kind: 'unavailable',
    cause:
      'The file system refuses a file or folder: permissions, a read-only disk, a path that is not there or is taken.',
    remedy: 'Do what the message says of the path that it names.',
  },
  'WEIR-8009': {
    kind: 'unavailable',
    cause: 'Copies of stored objects that are read at once do not fit into their cache.',
    remedy:
      'Raise the bound of the cache, or read fewer at the same time; copies nobody reads make room by themselves.',
    retryable: true,
  },
  'WEIR-8010': {
    kind: 'invalid',
    cause: 'The bucket that a project names cannot keep its tables.',
    remedy: 'Do what the message says: it names the bucket, what it refused, and the setting or right that is missing.',
  },
  'WEIR-8011': {
    kind: 'conflict',
    cause: 'An object of a bucket is not the one that was found there before.',
    remedy: 'Crawl again: weir crawl NAME. A schedule does it by itself.',
    retryable: true,
  },
})
