import { readFileSync, rmSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KafkaAccess } from '../streams/kafka-access.ts'

/** `.weir/endpoints.json`: there only while all of these answer (INV-P3), or its writer was killed. */
export interface Endpoints {
  /** `host:port` of the Kafka protocol; several, separated by commas, of a Kafka of somebody else. */
  readonly kafka: string
  /** `postgres://host:port/database`. */
  readonly postgres: string
  readonly http: string
  /** The URI of the Iceberg REST catalog. */
  readonly iceberg: string
  /** The supervisor's. */
  readonly pid: number
  /** ISO 8601. */
  readonly started: string
}

/** As they lie in the file, for the commands of this user. */
export interface OwnEndpoints extends Endpoints {
  /** How Weir's own parts reach the streams. */
  readonly streams: KafkaAccess
}

function endpointsPath(dataDirectory: string): string {
  return join(dataDirectory, 'endpoints.json')
}

/** By rename, so that a reader sees all of it or nothing; 0600, for it is nobody else's. */
export async function writeEndpoints(dataDirectory: string, endpoints: OwnEndpoints): Promise<void> {
  const path = endpointsPath(dataDirectory)
  await writeFile(`${path}.next`, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.next`, path)
}

export function removeEndpoints(dataDirectory: string): void {
  rmSync(endpointsPath(dataDirectory), { force: true })
}

/** The endpoints of the supervisor that runs on this directory; undefined when none does, whatever was left behind. */
export function readEndpoints(dataDirectory: string): OwnEndpoints | undefined {
  let endpoints: OwnEndpoints
  try {
    endpoints = JSON.parse(readFileSync(endpointsPath(dataDirectory), 'utf8')) as OwnEndpoints
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES')
      throw new WeirError(
        'WEIR-2007',
        `${endpointsPath(dataDirectory)} belongs to another user: run the command as the user who started Weir`,
      )
    return undefined
  }
  return isAlive(endpoints.pid) ? endpoints : undefined
}

/** Whether a process of this id runs (or is another user's). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
