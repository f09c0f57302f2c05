/**
 * Who may ask what of the HTTP API, route by route. `administrator` is also what holds for a route that is not here; a test fails until
 * it is.
 */
export type RouteRule =
  /** Probes, and whoever asks for a token. */
  | 'anybody'
  /** Whoever is logged in; what is answered is decided behind. */
  | 'user'
  /** Who may read the table that the path names, with its files. */
  | 'reader of the table'
  /** Who may read its rows by SQL, masked columns as null. */
  | 'reader of the rows'
  /** Who may know the table or view that the path names. */
  | 'knower of the relation'
  /** Who may read it, with its files. */
  | 'reader of the relation'
  | 'administrator'

const administrators = (...routes: readonly string[]) => routes.map((route) => [route, 'administrator'] as const)

export const routeRules: ReadonlyMap<string, RouteRule> = new Map<string, RouteRule>([
  ['GET /health', 'anybody'],
  ['GET /ready', 'anybody'],
  ['POST /iceberg/v1/oauth/tokens', 'anybody'],
  ['POST /api/v1/session', 'anybody'],
  ['DELETE /api/v1/session', 'anybody'],
  ['GET /api/v1/session', 'user'],
  ['GET /openapi.json', 'user'],
  ['GET /', 'user'],
  ['GET /*', 'user'],
  ['GET /api/v1/kinds', 'user'],
  ['GET /api/v1/resources', 'user'],
  ['GET /api/v1/tables', 'user'],
  ['POST /api/v1/sql', 'user'],
  ['GET /api/v1/resources/:kind/:name', 'knower of the relation'],
  ['GET /api/v1/resources/:kind/:name/history', 'knower of the relation'],
  ['GET /api/v1/resources/:kind/:name/status', 'reader of the relation'],
  ['GET /api/v1/tables/:name', 'reader of the table'],
  ['GET /api/v1/tables/:name/history', 'reader of the table'],
  ['GET /api/v1/tables/:name/diff', 'reader of the table'],
  ['GET /api/v1/tables/:name/schemas', 'reader of the table'],
  ['GET /api/v1/tables/:name/clients', 'reader of the rows'],
  ['GET /api/v1/tables/:name/files', 'reader of the table'],
  ['GET /api/v1/tables/:name/files/columns', 'reader of the table'],
  ['GET /api/v1/tables/:name/partitions', 'reader of the table'],
  ['GET /api/v1/tables/:name/compaction', 'reader of the table'],
  ['GET /api/v1/tables/:name/maintenance', 'reader of the table'],
  ['GET /api/v1/tables/:name/maintenance/:task', 'reader of the table'],
  ...administrators(
    'GET /api/v1/tables/:name/rollback',
    'POST /api/v1/tables/:name/rollback',
    'PUT /api/v1/tables/:name/refs/:ref',
    'DELETE /api/v1/tables/:name/refs/:ref',
    'POST /api/v1/tables/:name/compact',
    'POST /api/v1/tables/:name/maintenance/:task',
    'POST /api/v1/maintenance/hold',
    'POST /api/v1/resources',
    'PUT /api/v1/resources/:kind/:name',
    'DELETE /api/v1/resources/:kind/:name',
    'POST /api/v1/plan',
    'POST /api/v1/apply',
    'GET /api/v1/audit',
    'GET /api/v1/events',
    'GET /api/v1/status',
    'GET /metrics',
    'GET /api/v1/ledger',
    'POST /api/v1/verify',
    'GET /api/v1/verify/:id',
    'GET /api/v1/verify/:id/events',
    'GET /api/v1/dead-letters',
    'GET /api/v1/dead-letters/reasons',
    'POST /api/v1/dead-letters/replay',
    'POST /api/v1/deliveries/:name/flush',
    'POST /api/v1/deliveries/:name/resume',
    'GET /api/v1/streams',
    'GET /api/v1/streams/:name',
    'GET /api/v1/streams/:name/partitions',
    'GET /api/v1/streams/:name/configs',
    'PATCH /api/v1/streams/:name/configs',
    'GET /api/v1/streams/:name/acls',
    'GET /api/v1/streams/:name/records',
    'POST /api/v1/streams/:name/records',
    'GET /api/v1/streams/:name/records/:partition/:offset',
    'GET /api/v1/streams/:name/records/:partition/:offset/key',
    'GET /api/v1/streams/:name/records/:partition/:offset/value',
    'GET /api/v1/streams/:name/search',
    'GET /api/v1/streams/:name/subjects',
    'GET /api/v1/groups',
    'GET /api/v1/groups/:group',
    'DELETE /api/v1/groups/:group',
    'GET /api/v1/groups/:group/history',
    'POST /api/v1/groups/:group/reset',
    'DELETE /api/v1/groups/:group/offsets/:stream',
    'POST /api/v1/crawlers/:name/crawl',
    'GET /api/v1/crawlers/:name/files',
  ),
])
