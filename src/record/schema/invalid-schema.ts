/** What is wrong with a schema, where it is, and what would be right; for who wrote it. */
export class InvalidSchema extends Error {}

/** Deeper than any schema that people write; what is deeper would overflow the stack of those that walk it. */
export const schemaDepthMax = 128

export function refuseDepth(depth: number): void {
  if (depth > schemaDepthMax) throw new InvalidSchema(`the schema is nested more than ${schemaDepthMax} levels deep`)
}
