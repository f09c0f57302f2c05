import type { Resource as AnsweredResource } from './answers.ts'

/** A resource whose spec can be looked into, field by field. */
export type Resource = Omit<AnsweredResource, 'spec'> & { readonly spec: Readonly<Record<string, unknown>> }
