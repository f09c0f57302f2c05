import { isDeepStrictEqual } from 'node:util'
import { unreachable } from '../../kernel/assert.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { checkSchema } from '../metadata/check.ts'
import type { Schema } from '../types/type.ts'
import { retainVersions } from './retain-versions.ts'
import {
  currentVersion,
  dialectsOf,
  viewFormatVersion,
  type ViewLogEntry,
  type ViewMetadata,
  type ViewVersion,
} from './view-metadata.ts'
import type { ViewUpdate } from './view-update.ts'

/** A view while the updates of one commit are applied. */
interface Draft {
  readonly view: ViewMetadata
  readonly lastSchemaId?: number
  readonly lastVersionId?: number
  /** Versions that this commit added; they are never expired by it. */
  readonly added: readonly number[]
  /** The last version that was made current by this commit. */
  readonly entry?: ViewLogEntry
  readonly now: number
}

/**
 * The metadata after all updates of a commit, in order, without the versions that are too old. `WEIR-4006` for what the
 * specification forbids: an id that is not there, two texts of one dialect, a dialect lost without leave.
 */
export function applyViewUpdates(view: ViewMetadata, updates: readonly ViewUpdate[], now: number): ViewMetadata {
  let draft: Draft = { view, added: [], now }
  for (const update of updates) draft = apply(draft, update)
  const log = draft.entry === undefined ? draft.view['version-log'] : [...draft.view['version-log'], draft.entry]
  const next = { ...draft.view, 'version-log': log }
  refuseLostDialects(view, next)
  return retainVersions(next, draft.added)
}

function apply(draft: Draft, update: ViewUpdate): Draft {
  const { view } = draft
  switch (update.action) {
    case 'assign-uuid':
      if (update.uuid.toLowerCase() === view['view-uuid'].toLowerCase()) return draft
      throw new WeirError('WEIR-4006', `The view has the uuid ${view['view-uuid']}, which cannot become ${update.uuid}`)
    case 'upgrade-format-version':
      if (update['format-version'] === viewFormatVersion) return draft
      throw new WeirError('WEIR-4006', `There is no view format version ${update['format-version']}; use 1`)
    case 'add-schema':
      return addSchema(draft, update.schema)
    case 'set-location':
      return changed(draft, { location: update.location.replace(/\/+$/, '') })
    case 'set-properties':
      return changed(draft, { properties: { ...view.properties, ...update.updates } })
    case 'remove-properties': {
      const kept = Object.entries(view.properties ?? {}).filter(([key]) => !update.removals.includes(key))
      return changed(draft, { properties: Object.fromEntries(kept) })
    }
    case 'add-view-version':
      return addVersion(draft, update['view-version'])
    case 'set-current-view-version':
      return setCurrent(draft, update['view-version-id'])
    default:
      return unreachable(update)
  }
}

function changed(draft: Draft, change: Partial<ViewMetadata>): Draft {
  return { ...draft, view: { ...draft.view, ...change } }
}

/** A schema equal to one that is there gets its id. Unlike a table's, fields keep the ids that the client gave. */
function addSchema(draft: Draft, schema: Schema): Draft {
  checkSchema(schema)
  const { schemas } = draft.view
  const { 'schema-id': _, ...content } = schema
  const same = schemas.find(({ 'schema-id': __, ...old }) => isDeepStrictEqual(old, content))
  if (same !== undefined) return { ...draft, lastSchemaId: same['schema-id'] }
  const id = Math.max(-1, ...schemas.map((old) => old['schema-id'])) + 1
  return { ...changed(draft, { schemas: [...schemas, { ...schema, 'schema-id': id }] }), lastSchemaId: id }
}

/** A version that says the same as one that is there is that one; an id that is taken gives way to the next. */
function addVersion(draft: Draft, added: ViewVersion): Draft {
  const { schemas, versions } = draft.view
  const schemaId = added['schema-id'] === -1 ? draft.lastSchemaId : added['schema-id']
  if (schemaId === undefined || !schemas.some((schema) => schema['schema-id'] === schemaId))
    throw new WeirError('WEIR-4006', `The view version names schema ${added['schema-id']}, which is not in the view`)
  const dialects = dialectsOf(added)
  const twice = dialects.find((dialect, at) => dialects.indexOf(dialect) !== at)
  if (twice !== undefined)
    throw new WeirError('WEIR-4006', `Invalid view version: Cannot add multiple queries for dialect ${twice}`)
  const version = { ...added, 'schema-id': schemaId }
  const same = versions.find((old) => sameVersion(old, version))
  if (same !== undefined) return { ...draft, lastVersionId: same['version-id'] }
  const id = Math.max(version['version-id'], 1, ...versions.map((old) => old['version-id'] + 1))
  return {
    ...changed(draft, { versions: [...versions, { ...version, 'version-id': id }] }),
    lastVersionId: id,
    added: [...draft.added, id],
  }
}

/** Whatever their ids and times. */
function sameVersion(a: ViewVersion, b: ViewVersion): boolean {
  const said = (version: ViewVersion) => [
    version['schema-id'],
    version.summary,
    version.representations,
    version['default-catalog'] ?? null,
    version['default-namespace'],
  ]
  return isDeepStrictEqual(said(a), said(b))
}

function setCurrent(draft: Draft, given: number): Draft {
  const { view, now } = draft
  const id = given === -1 ? draft.lastVersionId : given
  const version = view.versions.find((one) => one['version-id'] === id)
  if (version === undefined) throw new WeirError('WEIR-4006', `There is no version ${given} in this view`)
  if (id === view['current-version-id']) return draft
  const isNew = draft.added.includes(version['version-id'])
  const entry = {
    'timestamp-ms': isNew ? version['timestamp-ms'] : now,
    'version-id': version['version-id'],
  }
  return { ...changed(draft, { 'current-version-id': version['version-id'] }), entry }
}

/** Engines of a dialect that went could read the view no more; its property says when that is meant. */
function refuseLostDialects(before: ViewMetadata, after: ViewMetadata): void {
  const [from, to] = [currentVersion(before), currentVersion(after)]
  if (from === undefined || to === undefined || after.properties?.['replace.drop-dialect.allowed'] === 'true') return
  const [had, has] = [dialectsOf(from), dialectsOf(to)]
  if (had.every((dialect) => has.includes(dialect))) return
  throw new WeirError(
    'WEIR-4006',
    'Cannot replace view due to loss of view dialects (replace.drop-dialect.allowed=false):\n' +
      `Previous dialects: [${had.join(', ')}]\nNew dialects: [${has.join(', ')}]`,
  )
}
