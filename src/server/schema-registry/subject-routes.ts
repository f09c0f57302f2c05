import type { FastifyRequest } from 'fastify'
import { deleteSubject, deleteVersion } from '../../stream/registry/decide/delete-versions.ts'
import { findVersion, makeReady, normalizes } from '../../stream/registry/decide/find-schema.ts'
import { registerSchema } from '../../stream/registry/decide/register-schema.ts'
import { anyContext, qualify } from '../../stream/registry/qualified-subject.ts'
import {
  findVersionOf,
  idsReferringTo,
  parseVersion,
  searchContexts,
  subjectsWith,
  versionsOf,
  type Including,
} from '../../stream/registry/query/find-versions.ts'
import { answerOf, registeredAnswer, type SchemaAnswer } from '../../stream/registry/query/schema-answer.ts'
import { refusals } from '../../stream/registry/registry-refusal.ts'
import type { SchemaRegistry } from '../../stream/registry/schema-registry.ts'
import type { RegistryState } from '../../stream/registry/state/registry-state.ts'
import type { StoredVersion } from '../../stream/registry/state/stored-version.ts'
import { formatted } from './schema-format.ts'
import { readSchemaBody } from './read-body.ts'
import { page, readQuery, type ReadQuery } from './read-query.ts'
import { contextOfPath, hidden, pathPart, qualifyInPath, subjectOf, type RegistryRoutes } from './registry-request.ts'

export const subjectRoutes: RegistryRoutes = (app, registry) => {
  app.get('/subjects', hidden, async (request) => {
    const query = readQuery(request)
    const isNamed = pathPart(request, 'context') !== '' || query.text('subjectPrefix') !== ''
    const prefix = isNamed ? qualifyInPath(request, query.text('subjectPrefix')) : anyContext
    return page(subjectsWith(await registry.state(), prefix, includingOf(query)), query)
  })

  app.get('/subjects/:subject/versions', hidden, async (request) => {
    const query = readQuery(request)
    const state = await registry.state()
    const asNegative = query.flag('deletedAsNegative')
    const versions = versionsOf(state, subjectOf(request, state), asNegative ? 'all' : includingOf(query))
    return page(versions, query).map(({ version, deleted }) => (asNegative && deleted ? -version : version))
  })

  app.get('/subjects/:subject/versions/:version', hidden, (request) => versionAnswer(registry, request))

  app.get('/subjects/:subject/versions/:version/schema', hidden, async (request) => {
    const { schema } = await versionAnswer(registry, request)
    return schema
  })

  app.get('/subjects/:subject/versions/:version/referencedby', hidden, async (request) => {
    const query = readQuery(request)
    const state = await registry.state()
    const version = versionAsked(state, request, true)
    return page(idsReferringTo(state, version, query.flag('deleted')), query)
  })

  app.get('/subjects/:subject/metadata', hidden, async (request) => {
    const query = readQuery(request)
    const state = await registry.state()
    const subject = subjectOf(request, state)
    const wanted = pairsOf(request)
    const versions = versionsOf(state, subject, query.flag('deleted') ? 'all' : 'undeleted')
    const found = versions.findLast(({ value: { metadata } }) =>
      wanted.every(([key, value]) => metadata?.properties?.[key] === value),
    )
    if (!found) throw refusals.schemaNotFound()
    return answerOf(found, formatted(state, registry, found, query))
  })

  app.post('/subjects/:subject', hidden, (request) => lookUp(registry, request))

  app.post('/subjects/:subject/versions', hidden, async (request) => {
    const query = readQuery(request)
    const body = readSchemaBody(request.body)
    const options = { normalize: query.flag('normalize'), force: query.flag('force') }
    const registered = await registry.change((state) =>
      registerSchema(state, registry.reader, subjectOf(request, state), body, options),
    )
    return registeredAnswer(registered)
  })

  app.delete('/subjects/:subject', hidden, async (request) => {
    const permanent = readQuery(request).flag('permanent')
    return registry.change((state) => deleteSubject(state, subjectOf(request, state), permanent))
  })

  app.delete('/subjects/:subject/versions/:version', hidden, async (request) => {
    const permanent = readQuery(request).flag('permanent')
    const version = parseVersion(pathPart(request, 'version'))
    return registry.change((state) => deleteVersion(state, subjectOf(request, state), version, permanent))
  })
}

function includingOf(query: ReadQuery): Including {
  return query.flag('deletedOnly') ? 'deleted' : query.flag('deleted') ? 'all' : 'undeleted'
}

function versionAsked(state: RegistryState, request: FastifyRequest, withDeleted: boolean): StoredVersion {
  return findVersionOf(state, subjectOf(request, state), parseVersion(pathPart(request, 'version')), withDeleted)
}

async function versionAnswer(registry: SchemaRegistry, request: FastifyRequest): Promise<SchemaAnswer> {
  const query = readQuery(request)
  const state = await registry.state()
  const found = versionAsked(state, request, query.flag('deleted'))
  return answerOf(found, formatted(state, registry, found, query))
}

/** Whether the subject has this schema, and as which version. */
async function lookUp(registry: SchemaRegistry, request: FastifyRequest): Promise<SchemaAnswer> {
  const query = readQuery(request)
  const body = readSchemaBody(request.body)
  const state = await registry.state()
  const subject = subjectOf(request, state)
  const withDeleted = query.flag('deleted')
  for (const each of searchContexts(state, subject)) {
    const isOther = qualify(each).context !== contextOfPath(request)
    if (isOther && state.versions(each).length === 0) continue
    const normalize = normalizes(state, each, query.flag('normalize'))
    const ready = makeReady(state, registry.reader, each, body, { strict: false, normalize })
    const found = findVersion(state, registry.reader, each, ready, withDeleted)
    if (found) return answerOf(found, formatted(state, registry, found, query))
  }
  versionsOf(state, subject, withDeleted ? 'all' : 'undeleted')
  throw refusals.schemaNotFound()
}

/** `key` and `value` of the query, as many as there are of both. */
function pairsOf(request: FastifyRequest): readonly (readonly [string, string])[] {
  const { key = [], value = [] } = request.query as Readonly<Record<string, string | string[] | undefined>>
  const values = [value].flat()
  return [key].flat().flatMap((each, at) => (values[at] === undefined ? [] : [[each, values[at]] as const]))
}
