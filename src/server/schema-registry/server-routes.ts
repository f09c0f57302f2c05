import { defaultContext } from '../../stream/registry/qualified-subject.ts'
import { page, readQuery } from './read-query.ts'
import { hidden, type RegistryRoutes } from './registry-request.ts'

/** Versions of Confluent's registry that clients ask for, to know what they may use. */
const confluentVersion = '8.0.0'

export const serverRoutes: RegistryRoutes = (app, registry) => {
  app.get('/', hidden, () => ({}))
  app.post('/', hidden, () => ({}))
  app.get('/contexts', hidden, async (request) => {
    const query = readQuery(request)
    return page([defaultContext, ...(await registry.state()).contexts()], query)
  })
  app.get('/v1/metadata/id', hidden, () => ({ scope: { path: [], clusters: { 'schema-registry-cluster': 'weir' } } }))
  app.get('/v1/metadata/version', hidden, () => ({ version: confluentVersion, commitId: 'weir' }))
}
