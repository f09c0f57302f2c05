import type { Long } from '../json.ts'
import type { ManifestFile } from '../manifest/manifest-file.ts'
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
  /** Manifests in place of those that held a removed file, by the location of those. */
  readonly rewritten: ReadonlyMap<string, ManifestFile>
  /** Manifests and list that were written for it. Nobody removes them but maintenance. */
  readonly written: readonly string[]
}
