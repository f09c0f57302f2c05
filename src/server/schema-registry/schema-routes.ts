import type { FastifyRequest } from 'fastify'
import { schemaTypes } from '../../record/schema/parsed-schema.ts'
import { qualify } from '../../stream/registry/qualified-subject.ts'
import { idsOfGuid, resolveAlias, schemasWith, versionsWithId } from '../../stream/registry/query/find-versions.ts'
import { answerOf, type SchemaAnswer } from '../../stream/registry/query/schema-answer.ts'
import { refusals, RegistryRefusal } from '../../stream/registry/registry-refusal.ts'
import type { RegistryState } from '../../stream/registry/state/registry-state.ts'
import type { StoredVersion } from '../../stream/registry/state/stored-version.ts'
import { formatted, qualifiedReferences } from './schema-format.ts'
import { page, readQuery } from './read-query.ts'
import { hidden, pathPart, qualifyInPath, type RegistryRoutes } from './registry-request.ts'

const listMax = 1000

export const schemaRoutes: RegistryRoutes = (app, registry) => {
  app.get('/schemas/types', hidden, () => schemaTypes)

  app.get('/schemas', hidden, async (request) => {
    const query = readQuery(request)
    const state = await registry.state()
    const prefix = qualifyInPath(request, query.text('subjectPrefix'))
    const how = { withDeleted: query.flag('deleted'), latestOnly: query.flag('latestOnly') }
    const answers = schemasWith(state, prefix, how).map((stored) => answerOf(stored))
    return page(query.flag('aliases') ? withAliases(state, answers) : answers, query, listMax)
  })

  app.get('/schemas/ids/:id', hidden, async (request) => {
    const query = readQuery(request)
    const state = await registry.state()
    const [found] = versionsAsked(state, request, query.text('subject'))
    if (!found) throw refusals.schemaNotFound(`Schema ${pathPart(request, 'id')}`)
    const { id: _id, subject, version, ...answer } = answerOf(found, formatted(state, registry, found, query))
    const isQualified = query.text('referenceFormat') === 'qualified'
    return {
      ...(query.text('subject') === '' ? {} : { subject, version }),
      ...answer,
      ...(isQualified && found.value.references ? { references: qualifiedReferences(found) } : {}),
      ...(query.flag('fetchMaxId') ? { maxId: state.ids.largest(qualify(found.subject).context) } : {}),
    }
  })

  app.get('/schemas/ids/:id/schema', hidden, async (request) => {
    const query = readQuery(request)
    const state = await registry.state()
    const [found] = versionsAsked(state, request, query.text('subject'))
    if (!found) throw refusals.schemaNotFound(`Schema ${pathPart(request, 'id')}`)
    return formatted(state, registry, found, query)
  })

  app.get('/schemas/ids/:id/subjects', hidden, async (request) => {
    const query = readQuery(request)
    const versions = usersOf(await registry.state(), request, query.text('subject'), query.flag('deleted'))
    return page([...new Set(versions.map(({ subject }) => subject))].toSorted(), query)
  })

  app.get('/schemas/ids/:id/versions', hidden, async (request) => {
    const query = readQuery(request)
    const versions = usersOf(await registry.state(), request, query.text('subject'), query.flag('deleted'))
    return page(
      versions.map(({ subject, version }) => ({ subject, version })),
      query,
    )
  })

  app.get('/schemas/guids/:guid', hidden, async (request) => {
    const query = readQuery(request)
    const state = await registry.state()
    const [place] = idsOfGuid(state, pathPart(request, 'guid'))
    const found = place && state.ids.find(place.context, place.id)[0]
    if (!found) throw refusals.schemaNotFound(`Schema ${pathPart(request, 'guid')}`)
    const {
      id: _id,
      subject: _subject,
      version: _version,
      ...answer
    } = answerOf(found, formatted(state, registry, found, query))
    return answer
  })

  app.get('/schemas/guids/:guid/ids', hidden, async (request) => {
    return idsOfGuid(await registry.state(), pathPart(request, 'guid'))
  })
}

function versionsAsked(state: RegistryState, request: FastifyRequest, subject: string): readonly StoredVersion[] {
  const id = pathPart(request, 'id')
  if (!/^\d{1,10}$/.test(id)) throw new RegistryRefusal(404, `"${id}" is no id of a schema`)
  return versionsWithId(state, Number(id), resolveAlias(state, qualifyInPath(request, subject)))
}

/** Throws 40403 when nobody has the id at all. */
function usersOf(
  state: RegistryState,
  request: FastifyRequest,
  subject: string,
  withDeleted: boolean,
): readonly StoredVersion[] {
  const versions = versionsAsked(state, request, subject)
  if (versions.length === 0) throw refusals.schemaNotFound()
  return versions.filter(({ deleted }) => withDeleted || !deleted)
}

/** Each with the other names that lead to its subject. */
function withAliases(state: RegistryState, answers: readonly SchemaAnswer[]): readonly SchemaAnswer[] {
  const aliases = Map.groupBy(state.configured(), (subject) => resolveAlias(state, subject))
  return answers.map((answer) => {
    const names = aliases.get(answer.subject!)?.filter((name) => name !== answer.subject) ?? []
    return names.length === 0 ? answer : { ...answer, aliases: names }
  })
}
