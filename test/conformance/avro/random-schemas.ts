import fc from 'fast-check'

const names = fc.constantFrom('A', 'B', 'C', 'x.A', 'x.B', 'y.C')
const namespaces = fc.constantFrom('x', 'z', '')
const docs = fc.constantFrom('', 'd')
const fieldNames = fc.constantFrom('a', 'b', 'c', 'p', 'q')
const primitives = fc.constantFrom('null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string')
const symbols = fc.constantFrom('S', 'T', 'U')
/** A field may not have its own name as an alias: Java then reads it by neither. */
const fieldAliases = fc.array(fc.constantFrom('r', 's', 't'), { maxLength: 2 })
const defaults = fc.constantFrom(null, 1, 'x', true, 1.5, [], {}, 'S')

const { type } = fc.letrec((tie) => ({
  type: fc.oneof(
    { depthSize: 'small' },
    primitives,
    fc.record(
      {
        type: fc.constantFrom('int', 'long', 'bytes', 'string'),
        logicalType: fc.constantFrom('date', 'timestamp-millis', 'decimal', 'uuid'),
        precision: fc.constantFrom(4, 9, 0),
        scale: fc.constantFrom(0, 2),
        note: fc.constantFrom(1, 'q'),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ type: fc.constant('array'), items: tie('type') }),
    fc.record({ type: fc.constant('map'), values: tie('type') }),
    fc.array(tie('type'), { maxLength: 3 }),
    fc.record(
      {
        type: fc.constant('fixed'),
        name: names,
        size: fc.constantFrom(2, 4),
        aliases: fc.array(names, { maxLength: 2 }),
      },
      { requiredKeys: ['type', 'name', 'size'] },
    ),
    fc.record(
      {
        type: fc.constant('enum'),
        name: names,
        symbols: fc.uniqueArray(symbols, { minLength: 1 }),
        default: symbols,
        namespace: namespaces,
        doc: docs,
      },
      { requiredKeys: ['type', 'name', 'symbols'] },
    ),
    fc.record(
      {
        type: fc.constantFrom('record', 'record', 'error'),
        name: names,
        namespace: namespaces,
        aliases: fc.array(names, { maxLength: 2 }),
        doc: docs,
        fields: fc.array(tie('field'), { maxLength: 4 }),
      },
      { requiredKeys: ['type', 'name', 'fields'] },
    ),
    names,
  ),
  field: fc.record(
    {
      name: fieldNames,
      type: fc.oneof(tie('type'), names),
      default: defaults,
      aliases: fieldAliases,
      doc: docs,
      order: fc.constantFrom('ascending', 'descending', 'ignore'),
      extra: fc.constant({ b: 1, a: 2 }),
    },
    { requiredKeys: ['name', 'type'] },
  ),
}))

const promoted: Readonly<Record<string, string>> = {
  int: 'long',
  long: 'int',
  string: 'bytes',
  float: 'double',
  null: 'int',
}

/** The schema with one thing in it changed: most pairs of schemas that have nothing to do with each other say little. */
function changed(schema: unknown, at: number): unknown {
  let seen = 0
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (seen++ !== at) return value
    if (key !== 'name' && typeof value === 'string') return promoted[value] ?? value
    if ((key === 'fields' || key === 'symbols') && Array.isArray(value)) return value.slice(1)
    return key === 'default' ? undefined : value
  })
}

/** Texts of two schemas: a reader's and a writer's. */
export const avroPairs: fc.Arbitrary<readonly [string, string]> = fc
  .tuple(type, type, fc.nat({ max: 40 }), fc.boolean())
  .map(
    ([one, other, at, isOther]) =>
      [JSON.stringify(one), JSON.stringify(isOther ? other : changed(one, at)) ?? '"null"'] as const,
  )
