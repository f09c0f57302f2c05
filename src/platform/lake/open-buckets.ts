import { join } from 'node:path'
import { systemClock } from '../../kernel/clock.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import type { BucketAccess } from '../../crawler/crawl-plan.ts'
import type { CrawledBuckets } from '../../sql/snapshot/crawled-planner.ts'
import { openVersionCopies, type NamedReader } from '../../storage/objects/cache/version-copies.ts'
import type { ObjectReader } from '../../storage/objects/s3/object-reader.ts'
import { cacheBytesDefault } from '../../storage/objects/s3/s3-settings.ts'
import { createSecretService } from '../kinds/secret/read-secret.ts'
import type { BucketReach } from './bucket-access.ts'
import { readKeys } from './open-lake.ts'

/** Where a process keeps copies of what crawlers read, and where it finds secrets. JSON-safe. */
export interface BucketPlace {
  readonly projectDirectory: string
  /** Each process has a folder of its own below it. */
  readonly cacheDirectory: string
  readonly cacheBytesMax?: number
}

export interface Buckets extends CrawledBuckets {
  /** WEIR-7006 for a secret that is not there. */
  reader(access: BucketAccess): Promise<ObjectReader>
}

/** Buckets that crawlers read, opened when they are asked for. `owner` names the folder of this process's copies. */
export function openBuckets(place: BucketPlace, owner: string): Buckets {
  const { projectDirectory, cacheDirectory, cacheBytesMax = cacheBytesDefault } = place
  const copies = openVersionCopies({
    folder: join(cacheDirectory, `${owner}-crawled`),
    bytesMax: cacheBytesMax,
    files: nodeFiles,
    clock: systemClock,
  })
  const opened = new Map<string, Promise<NamedReader>>()

  async function open({ keys, ...reach }: BucketReach): Promise<NamedReader> {
    const { openObjectReader } = await import('../../storage/objects/s3/object-reader.ts')
    const secrets = keys === undefined ? {} : await readKeys(keys, createSecretService(projectDirectory))
    return { name: reach.endpoint ?? 'S3', reader: openObjectReader({ ...reach, ...secrets }, nodeFiles) }
  }
  function named(access: BucketAccess): Promise<NamedReader> {
    const key = JSON.stringify(access)
    const known = opened.get(key)
    if (known) return known
    const fresh = open(access as BucketReach)
    opened.set(key, fresh)
    fresh.catch(() => opened.delete(key))
    return fresh
  }
  return {
    copyBytesMax: cacheBytesMax,
    reader: async (access) => (await named(access)).reader,
    hold: async (access, version) => copies.hold(await named(access), version),
  }
}
