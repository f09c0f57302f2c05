import { z } from 'zod'
import type { KindDefinition } from './kind-definition.ts'

/** The spec of a kind as it is written, for OpenAPI, forms and reference docs: types, defaults, units, descriptions. */
export function specJsonSchema({ schema, summary }: KindDefinition): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return { description: summary, ...json }
}
