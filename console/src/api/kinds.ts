import type { KindDescription as AnsweredKind } from './answers.ts'

/** JSON Schema, as much of it as is shown. */
export interface FieldSchema {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, FieldSchema>>
}

export type KindDescription = Omit<AnsweredKind, 'schema'> & { readonly schema: FieldSchema }
