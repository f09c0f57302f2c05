import { parseAvroSchema } from './avro/avro-language.ts'
import { InvalidSchema } from './invalid-schema.ts'
import { parseJsonSchema } from './json-schema/json-language.ts'
import { schemaTypes, type ParsedSchema, type SchemaReferenceText, type SchemaType } from './parsed-schema.ts'

/** The type by its name; without one it is Avro, as it always was. */
export function schemaTypeOf(name: string | undefined): SchemaType {
  const found = schemaTypes.find((type) => type === (name ?? 'AVRO'))
  if (found) return found
  throw new InvalidSchema(`Invalid schema type ${name}: this registry has ${schemaTypes.join(' and ')}`)
}

/** Reads a schema with all that it refers to, those it refers to first. Throws InvalidSchema. */
export function parseSchema(
  type: SchemaType,
  text: string,
  references: readonly SchemaReferenceText[],
  strict: boolean,
): ParsedSchema {
  const other = references.find((reference) => reference.type !== type)
  if (other)
    throw new InvalidSchema(`the reference ${other.name} is of type ${other.type}, and the schema of type ${type}`)
  return type === 'AVRO' ? parseAvroSchema(text, references, strict) : parseJsonSchema(text, references)
}
