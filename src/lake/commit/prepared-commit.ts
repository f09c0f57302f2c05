import type { Long } from '../json.ts'
import type { TableRequirement } from '../metadata/requirement.ts'
import type { TableUpdate } from '../metadata/update.ts'

/** What is ready to be sent to a catalog. Files that it names are durable. */
export interface PreparedCommit {
  readonly requirements: readonly TableRequirement[]
  readonly updates: readonly TableUpdate[]
}

export interface PreparedSnapshot extends PreparedCommit {
  /** The snapshot that this commit adds: how an unknown outcome is settled. */
  readonly snapshotId: Long
  /** Manifests and list that were written for it. Nobody removes them but maintenance. */
  readonly written: readonly string[]
}
