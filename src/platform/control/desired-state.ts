import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import { checkName } from '../kinds/check-name.ts'
import { checkSpec } from '../kinds/check-spec.ts'
import { tagsSchema } from '../kinds/declaration.ts'
import { referenceFields } from '../kinds/fields.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import { kindNamed } from '../kinds/registry.ts'
import { resourceKey, type DesiredResource, type ResourceReference } from '../kinds/resource.ts'

/** A desired resource with its kind and what it uses. */
export interface CheckedResource extends DesiredResource {
  readonly definition: KindDefinition
  readonly references: readonly ResourceReference[]
}

/** Kind, name, spec and tags of each: they may have come over HTTP, or from another version's define functions. */
export function checkDeclared(
  resource: DesiredResource,
  kinds: readonly KindDefinition[],
): DesiredResource & { readonly definition: KindDefinition } {
  const definition = kindNamed(resource.kind, kinds)
  const { name, at } = resource
  checkName(definition, name, at)
  const what = `${definition.kind} "${name}"`
  const spec = checkSpec(definition.schema, what, resource.spec, () => at)
  const tags = checkSpec(tagsSchema, `${what} tags`, resource.tags, () => at)
  // By way of JSON: what is compared with the stored spec must be what would be stored.
  return {
    kind: definition.kind,
    name,
    spec: JSON.parse(JSON.stringify(spec)) as unknown,
    tags,
    definition,
    ...(at === undefined ? {} : { at }),
  }
}

/** Finds what each uses among all there will be; WEIR-1005 proposes the nearest name, WEIR-1006 for one that is there twice. */
export function withReferences(
  declared: readonly (DesiredResource & { readonly definition: KindDefinition })[],
  all: readonly DesiredResource[],
): readonly CheckedResource[] {
  const known = new Set(all.map(resourceKey))
  const seen = new Set<string>()
  return declared.map((resource) => {
    const { definition, spec, kind, name, at } = resource
    if (seen.has(resourceKey(resource)))
      throw new WeirError(
        'WEIR-1006',
        `${kind} "${name}" is declared twice. Rename one`,
        at === undefined ? {} : { at },
      )
    seen.add(resourceKey(resource))
    const references = referencesOf(definition, spec, all).filter((used) => resourceKey(used) !== resourceKey(resource))
    const missing = references.find((used) => !known.has(resourceKey(used)))
    if (missing) throw unknownReference(resource, missing, all)
    return { ...resource, references }
  })
}

function referencesOf(
  definition: KindDefinition,
  spec: unknown,
  all: readonly DesiredResource[],
): readonly ResourceReference[] {
  const fields = referenceFields(definition.schema).flatMap(([field, kind]) => {
    const name = (spec as Record<string, unknown>)[field]
    return typeof name === 'string' ? [{ kind, name }] : []
  })
  return [...fields, ...(definition.references?.(spec, all) ?? [])]
}

function unknownReference(
  { kind, name, at }: DesiredResource,
  missing: ResourceReference,
  all: readonly DesiredResource[],
): WeirError {
  const names = all.filter((other) => other.kind === missing.kind).map((other) => other.name)
  const near = nearestName(missing.name, names)
  const advice = near === undefined ? 'Add it to the resources of the project' : `Did you mean ${near}?`
  return new WeirError(
    'WEIR-1005',
    `${kind} "${name}" uses the ${missing.kind} "${missing.name}", which is not declared. ${advice}`,
    at === undefined ? {} : { at },
  )
}
