import { InvalidSchema } from '../invalid-schema.ts'
import type { ParsedSchema, SchemaReferenceText } from '../parsed-schema.ts'
import type { AvroSchema } from './avro-schema.ts'
import { decodeAvro } from './decode-avro.ts'
import { normalizeAvro } from './normalize-avro.ts'
import { parseAvro, type AvroNames } from './parse-avro.ts'
import { printAvro } from './print-avro.ts'
import { incompatibilitiesOf } from './read-avro.ts'

export interface ParsedAvro extends ParsedSchema {
  readonly type: 'AVRO'
  readonly schema: AvroSchema
}

/** Reads an Avro schema after those that it refers to, in their order. `strict` also holds defaults to their types. */
export function parseAvroSchema(text: string, references: readonly SchemaReferenceText[], strict: boolean): ParsedAvro {
  const known = references.reduce<AvroNames>((names, reference) => namesWith(names, reference), new Map())
  const { schema } = parseAvro(text, known, strict)
  return {
    type: 'AVRO',
    schema,
    canonical: printAvro(schema, known.keys()),
    name: schema.type === 'record' ? schema.name.full : undefined,
    normalized: () => printAvro(normalizeAvro(schema), known.keys()),
    resolved: () => printAvro(schema),
    identity: () => printAvro(normalizeAvro(schema)),
    incompatibilities: (written, _policy, budget) =>
      incompatibilitiesOf(schema, (written as ParsedAvro).schema, budget),
    decode: (bytes) => decodeAvro(schema, bytes),
  }
}

function namesWith(names: AvroNames, { name, text }: SchemaReferenceText): AvroNames {
  try {
    return parseAvro(text, names, false).names
  } catch (error) {
    if (!(error instanceof InvalidSchema)) throw error
    throw new InvalidSchema(`the reference ${name}: ${error.message}`)
  }
}
