import { InvalidSchema } from '../../../record/schema/invalid-schema.ts'
import { printIncompatibility, type SchemaRole } from '../../../record/schema/incompatibility.ts'
import type { ParsedSchema } from '../../../record/schema/parsed-schema.ts'
import { createStepBudget, OutOfSteps } from '../../../record/schema/step-budget.ts'
import type { SchemaReader } from '../schema-reader.ts'
import type { SchemaMetadata } from '../state/registry-record.ts'
import type { RegistryState } from '../state/registry-state.ts'
import type { StoredVersion } from '../state/stored-version.ts'
import type { EffectiveConfig } from './settings.ts'

export interface Candidate {
  readonly parsed: ParsedSchema
  readonly metadata: SchemaMetadata | undefined
}

/** Of all comparisons of one request together. */
const stepsMax = 2_000_000
const shownLengthMax = 10_000

/** Why a schema may not follow these versions, the oldest first; empty when it may. As registries answer it with `verbose`. */
export function incompatibilitiesWith(
  state: RegistryState,
  reader: SchemaReader,
  config: EffectiveConfig,
  candidate: Candidate,
  versions: readonly StoredVersion[],
): readonly string[] {
  const level = config.compatibilityLevel
  if (level === 'NONE') return []
  const group = groupOf(config, candidate.metadata)
  const comparable = versions.filter(({ value }) => groupOf(config, value.metadata) === group).toReversed()
  const compared = level.endsWith('_TRANSITIVE') ? comparable : comparable.slice(0, 1)
  const budget = createStepBudget(stepsMax)
  const policy = config.compatibilityPolicy === 'LENIENT' ? 'lenient' : 'strict'

  function against(previous: StoredVersion): string[] {
    if (previous.type !== candidate.parsed.type) return ['Incompatible because of different schema type']
    const old = reader.stored(state, previous)
    const reads = (by: ParsedSchema, written: ParsedSchema, readerRole: SchemaRole, writerRole: SchemaRole): string[] =>
      by.incompatibilities(written, policy, budget).map((found) => printIncompatibility(found, readerRole, writerRole))
    const backward = level.startsWith('FORWARD') ? [] : reads(candidate.parsed, old, 'new', 'old')
    const forward = level.startsWith('BACKWARD') ? [] : reads(old, candidate.parsed, 'old', 'new')
    return [...forward, ...backward]
  }

  for (const previous of compared) {
    const found = orUntold(() => against(previous))
    if (found.length > 0)
      return [
        ...found,
        `{oldSchemaVersion: ${previous.version}}`,
        shown(previous),
        `{validateFields: 'false', compatibility: '${level}'}`,
      ]
  }
  return []
}

/** What cannot be told to be compatible is not. */
function orUntold(compare: () => string[]): string[] {
  try {
    return compare()
  } catch (error) {
    if (error instanceof OutOfSteps || error instanceof InvalidSchema) return [error.message]
    throw error
  }
}

function shown({ value: { schema } }: StoredVersion): string {
  return schema.length <= shownLengthMax
    ? `{oldSchema: '${schema}'}`
    : `{oldSchema: <truncated> '${schema.slice(0, shownLengthMax)}...'}`
}

/** Only schemas of one group are compared, when the subject is configured to have groups. */
function groupOf({ compatibilityGroup }: EffectiveConfig, metadata: SchemaMetadata | undefined): string | undefined {
  return compatibilityGroup === undefined ? undefined : metadata?.properties?.[compatibilityGroup]
}
