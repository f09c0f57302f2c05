import type { FastifyInstance, FastifyRequest } from 'fastify'
import { contextOf, defaultContext, inContext, qualify } from '../../stream/registry/qualified-subject.ts'
import { resolveAlias } from '../../stream/registry/query/find-versions.ts'
import type { SchemaRegistry } from '../../stream/registry/schema-registry.ts'
import type { RegistryState } from '../../stream/registry/state/registry-state.ts'

export type RegistryRoutes = (app: FastifyInstance, registry: SchemaRegistry) => void

/** Clients ask for what Confluent documents, so it is not described a second time. */
export const hidden = { schema: { hide: true } } as const

/** Parts of the path, decoded. */
export function pathPart(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string | undefined>>)[name] ?? ''
}

/** `/contexts/NAME` in front of the path is the context of all subjects that name none. */
export function contextOfPath(request: FastifyRequest): string {
  const name = pathPart(request, 'context')
  return name === '' ? defaultContext : contextOf(name)
}

export function qualifyInPath(request: FastifyRequest, subject: string): string {
  const isQualified = subject.startsWith(':.') || subject.startsWith(':*:')
  return isQualified ? qualify(subject).full : inContext(contextOfPath(request), subject).full
}

/** The subject of the path, as it is stored, whatever other name it was given. */
export function subjectOf(request: FastifyRequest, state: RegistryState): string {
  return resolveAlias(state, qualifyInPath(request, pathPart(request, 'subject')))
}

/** The subject or context whose setting is meant; undefined for all. */
export function settingSubjectOf(request: FastifyRequest): string | undefined {
  const subject = qualifyInPath(request, pathPart(request, 'subject'))
  return subject === '' ? undefined : subject
}
