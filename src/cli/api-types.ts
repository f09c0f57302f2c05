import type { VerifyResult } from '../platform/operations.ts'

/** Answers of the HTTP API as commands read them; `/openapi.json` is their source. Counts are decimal text. */

export interface ResourceReference {
  readonly kind: string
  readonly name: string
}

export interface ApiResource {
  readonly kind: string
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly tags: Readonly<Record<string, string>>
  readonly origin: 'project' | 'api' | 'client'
  readonly version: number
  readonly state: string
  readonly reason: string | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly references: readonly ResourceReference[]
}

export interface VerifyJob {
  readonly id: string
  readonly state: 'running' | 'done' | 'failed'
  readonly results: readonly VerifyResult[]
  readonly error?: { readonly code: string; readonly message: string }
}
