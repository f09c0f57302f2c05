import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import { crawlerKind } from './crawler/kind.ts'
import { deliveryKind } from './delivery/kind.ts'
import type { KindDefinition } from './kind-definition.ts'
import { policyKind } from './policy/kind.ts'
import { secretKind } from './secret/kind.ts'
import { streamKind } from './stream/kind.ts'
import { tableKind } from './table/kind.ts'
import { viewKind } from './view/kind.ts'

/** Every kind, in the order in which data flows. A new kind is one folder, and one name here. */
export const kinds = [
  secretKind,
  streamKind,
  tableKind,
  deliveryKind,
  crawlerKind,
  viewKind,
  policyKind,
] as readonly KindDefinition[]

/** By its name, singular or plural; WEIR-1010 proposes the nearest. */
export function kindNamed(text: string, among: readonly KindDefinition[] = kinds): KindDefinition {
  const found = among.find(({ kind, plural }) => kind === text || plural === text)
  if (found) return found
  const names = among.map(({ kind }) => kind)
  const near = nearestName(text, names)
  throw new WeirError(
    'WEIR-1010',
    `there is no kind "${text}". ${near === undefined ? `There are ${names.join(', ')}` : `Did you mean ${near}?`}`,
  )
}
