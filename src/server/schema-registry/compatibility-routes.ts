import type { FastifyRequest } from 'fastify'
import { incompatibilitiesWith } from '../../stream/registry/decide/compatibility.ts'
import { makeReady, normalizes } from '../../stream/registry/decide/find-schema.ts'
import { configInScope, modeInScope } from '../../stream/registry/decide/settings.ts'
import { parseVersion } from '../../stream/registry/query/find-versions.ts'
import { refusals, RegistryRefusal } from '../../stream/registry/registry-refusal.ts'
import type { SchemaRegistry } from '../../stream/registry/schema-registry.ts'
import type { RegistryState } from '../../stream/registry/state/registry-state.ts'
import type { StoredVersion } from '../../stream/registry/state/stored-version.ts'
import { readSchemaBody } from './read-body.ts'
import { readQuery, type ReadQuery } from './read-query.ts'
import { hidden, pathPart, subjectOf, type RegistryRoutes } from './registry-request.ts'

/** Whether a schema could be registered, without registering it. */
export const compatibilityRoutes: RegistryRoutes = (app, registry) => {
  const at = '/compatibility/subjects/:subject/versions'

  app.post(at, hidden, (request) => answer(registry, request, (state, subject) => undeleted(state, subject)))

  app.post(`${at}/:version`, hidden, (request) =>
    answer(registry, request, (state, subject) => {
      const wanted = parseVersion(pathPart(request, 'version'))
      if (wanted === 'latest') return undeleted(state, subject).slice(-1)
      const found = state.version(subject, wanted)
      if (!found || found.deleted) throw refusals.versionNotFound(wanted)
      return [found]
    }),
  )
}

function undeleted(state: RegistryState, subject: string): readonly StoredVersion[] {
  return state.versions(subject).filter(({ deleted }) => !deleted)
}

async function answer(
  registry: SchemaRegistry,
  request: FastifyRequest,
  versionsOf: (state: RegistryState, subject: string) => readonly StoredVersion[],
): Promise<object> {
  const query = readQuery(request)
  const state = await registry.state()
  const subject = subjectOf(request, state)
  const messages = messagesOf(registry, state, subject, request, query, versionsOf(state, subject))
  return { is_compatible: messages.length === 0, ...(query.flag('verbose') ? { messages } : {}) }
}

/** With `verbose` what is no schema is answered like what is not compatible. */
function messagesOf(
  registry: SchemaRegistry,
  state: RegistryState,
  subject: string,
  request: FastifyRequest,
  query: ReadQuery,
  versions: readonly StoredVersion[],
): readonly string[] {
  const body = readSchemaBody(request.body)
  const how = {
    strict: modeInScope(state, subject) !== 'IMPORT',
    normalize: normalizes(state, subject, query.flag('normalize')),
  }
  try {
    const { parsed, metadata } = makeReady(state, registry.reader, subject, body, how)
    return incompatibilitiesWith(state, registry.reader, configInScope(state, subject), { parsed, metadata }, versions)
  } catch (error) {
    if (query.flag('verbose') && error instanceof RegistryRefusal) return [error.message]
    throw error
  }
}
