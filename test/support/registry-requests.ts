import assert from 'node:assert/strict'
import type { Answered, ServedRegistry } from './served-registry.ts'

/** A field of an Avro record. */
export const int = (name: string, more = {}) => ({ name, type: 'int', ...more })

/** A request to register an Avro record of these fields. */
export function record(...fields: object[]) {
  return { schema: JSON.stringify({ type: 'record', name: 'R', fields }) }
}

/** Of an answer that is no refusal. */
export function bodyOf<Body>({ status, body }: Answered): Body {
  assert.equal(status, 200, JSON.stringify(body))
  return body as Body
}

export async function register(
  registry: ServedRegistry,
  subject: string,
  body: unknown,
): Promise<{ id: number; version: number }> {
  return bodyOf(await registry.post(`/subjects/${encodeURIComponent(subject)}/versions`, body))
}

/** How an answer refuses. */
export function refused({ status, body }: Answered): [status: number, code: number] {
  return [status, (body as { error_code: number }).error_code]
}
