import { BatchBuilder } from '../../src/stream/protocol/records/batch-builder.ts'
import type { AnyField, PrimitiveKind, Shape } from '../../src/stream/protocol/field.ts'
import type { Random } from './seeded-random.ts'

/** Names and ids that are there, so that what is asked leads somewhere now and then. */
export interface KnownNames {
  readonly strings: readonly string[]
  readonly uuids: readonly string[]
}

const numbers = [-1, 0, 1, 2, 3, 100, 65_536]
const bounds: Partial<Record<PrimitiveKind, readonly [lowest: number, highest: number]>> = {
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 53) + 1, 2 ** 53 - 1],
}
const strings = ['', 'x', '*', '\0', 'a b', '../..', 'User:x', '1', '-1', 'é'.repeat(300)]
const elementsMax = 3

/** A body as a table describes it in one version, of values that lead to all kinds of ends. */
export function randomBody(shape: Shape, version: number, random: Random, known: KnownNames): Record<string, unknown> {
  const present = Object.entries(shape).filter(([, { versions }]) => version >= versions.min && version <= versions.max)
  return Object.fromEntries(present.map(([name, field]) => [name, randomValue(field, version, random, known)]))
}

function randomValue(field: AnyField, version: number, random: Random, known: KnownNames): unknown {
  const { nullable, type } = field
  const mayBeNull = nullable !== undefined && version >= nullable.min && version <= nullable.max
  if (mayBeNull && random.chance(0.15)) return null
  if (type.kind === 'struct') return randomBody(type.shape, version, random, known)
  if (type.kind === 'array')
    return Array.from({ length: random.pick(elementsMax + 1) }, () => randomValue(type.element, version, random, known))
  return randomPrimitive(type.kind, random, known)
}

function randomPrimitive(kind: PrimitiveKind, random: Random, known: KnownNames): unknown {
  if (kind === 'bool') return random.chance(0.5)
  if (kind === 'float64') return random.oneOf([0, -1, 1e9, 1e-300, Infinity, NaN])
  if (kind === 'string') return random.oneOf(random.chance(0.7) ? known.strings : strings)
  if (kind === 'uuid') return random.oneOf(known.uuids)
  if (kind === 'bytes') return randomBytes(random)
  const [lowest, highest] = bounds[kind]!
  return Math.min(highest, Math.max(lowest, random.oneOf(random.chance(0.8) ? numbers : [lowest, highest])))
}

/** A batch, a batch that is none any more, or garbage. */
function randomBytes(random: Random): Buffer {
  if (random.chance(0.3)) return Buffer.from(Array.from({ length: random.pick(200) }, () => random.pick(256)))
  const builder = new BatchBuilder()
  builder.append(Buffer.from('a value'), Buffer.from('a key'), 1000)
  const bytes = builder.finish(random.oneOf(['none', 'gzip', 'lz4', 'zstd', 'snappy']))
  if (random.chance(0.5)) bytes[random.pick(bytes.length)] = random.pick(256)
  return bytes
}
