import { isExactObject, parseExactJson, printJson, sortKeys, stringOf, type ExactJson } from '../exact-json.ts'
import { InvalidSchema } from '../invalid-schema.ts'
import type { ParsedSchema, SchemaReferenceText } from '../parsed-schema.ts'
import { UndecodableValue } from '../undecodable-value.ts'
import { compareSchemas } from './compare-shapes.ts'
import { loadShape } from './load-shape.ts'
import type { Shape } from './shape.ts'

export interface ParsedJsonSchema extends ParsedSchema {
  readonly type: 'JSON'
  readonly shape: Shape
}

/** Reads a JSON Schema with those that it refers to. */
export function parseJsonSchema(text: string, references: readonly SchemaReferenceText[]): ParsedJsonSchema {
  const json = jsonOf(text, 'it')
  const texts = new Map(references.map(({ name, text: referred }) => [name, jsonOf(referred, `the reference ${name}`)]))
  const { shape } = loadShape(json, texts)
  const canonical = printJson(json)
  return {
    type: 'JSON',
    shape,
    canonical,
    name: isExactObject(json) ? stringOf(json['title']) : undefined,
    normalized: () => printJson(sortKeys(json)),
    resolved: () => canonical,
    identity: () => canonical,
    incompatibilities: (written, policy, budget) =>
      compareSchemas((written as ParsedJsonSchema).shape, shape, policy, budget),
    decode: decodeJson,
  }
}

function jsonOf(text: string, what: string): ExactJson {
  try {
    return parseExactJson(text)
  } catch (error) {
    throw new InvalidSchema(`${what} is not JSON: ${(error as Error).message}`)
  }
}

function decodeJson(bytes: Buffer): ExactJson {
  try {
    return parseExactJson(bytes.toString('utf8'))
  } catch (error) {
    throw new UndecodableValue(`it is not JSON: ${(error as Error).message}`)
  }
}
