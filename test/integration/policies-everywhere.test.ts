import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { governWeir, type GovernedWeir, passwords } from '../support/governed-weir.ts'

const schema = (...names: string[]) => ({
  type: 'struct',
  fields: names.map((name, at) => ({ id: at + 1, name, type: 'long', required: false })),
})

interface Answer {
  readonly status: number
  readonly body: {
    readonly error?: { readonly type?: string; readonly message: string; readonly code?: unknown }
  } & Record<string, unknown>
}

void suite('the same decision by SQL, the catalog and the HTTP API', { timeout: 240_000 }, () => {
  let weir: GovernedWeir
  const tokens = new Map<string, string>()
  before(async () => {
    weir = await governWeir()
    tokens.set('weir', passwords.token)
    for (const user of ['ana', 'etl', 'bob', 'root']) tokens.set(user, await tokenOf(user, passwords.user(user)))
  })
  after(() => weir[Symbol.asyncDispose]())

  async function tokenOf(user: string, password: string): Promise<string> {
    const answer = await fetch(`${weir.http}/iceberg/v1/oauth/tokens`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: user, client_secret: password }),
    })
    return String(((await answer.json()) as { access_token: string }).access_token)
  }

  async function ask(user: string, method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
    const answer = await fetch(`${weir.http}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens.get(user)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) }
  }
  const catalog = (user: string, method: string, path: string, body?: unknown, headers?: object) =>
    ask(user, method, `/iceberg/v1/${path}`, body, headers)

  /** `allowed`, or the reason for which it is refused. */
  async function bySql(user: string, text: string): Promise<string> {
    return weir.sql(user, text).then(
      () => 'allowed',
      (error: { code: string; message: string }) => {
        assert.equal(error.code, '42501', `${text}: ${error.message}`)
        return error.message.replace(/^permission denied for \S+: /, '')
      },
    )
  }
  async function byHttp(asking: Promise<Answer>): Promise<string> {
    const { status, body } = await asking
    if (status < 300) return 'allowed'
    assert.equal(status, 403, JSON.stringify(body))
    if (body.error?.type !== undefined) assert.equal(body.error.type, 'ForbiddenException')
    return body.error!.message.replace(/ \(WEIR-7015\)$/, '').replace(/^permission denied for \S+: /, '')
  }

  const orders = 'namespaces/public/tables/orders'
  const noChange = { requirements: [], updates: [{ action: 'set-properties', updates: { touched: 'yes' } }] }

  const actions: Readonly<Record<string, Readonly<Record<string, (user: string) => Promise<string>>>>> = {
    'table:read': {
      sql: (user) => bySql(user, 'select id from orders'),
      'sql by http': (user) => byHttp(ask(user, 'POST', '/api/v1/sql', { sql: 'select id from orders' })),
      load: (user) => byHttp(catalog(user, 'GET', orders)),
      report: (user) =>
        byHttp(catalog(user, 'POST', `${orders}/metrics`, { 'report-type': 'scan-report', 'table-name': 'orders' })),
      history: (user) => byHttp(ask(user, 'GET', '/api/v1/tables/orders/history')),
      'history by namespace': (user) => byHttp(ask(user, 'GET', '/api/v1/tables/public.orders/history')),
      files: (user) => byHttp(ask(user, 'GET', '/api/v1/tables/orders/files')),
      status: (user) => byHttp(ask(user, 'GET', '/api/v1/resources/table/orders/status')),
    },
    'table:write': {
      sql: (user) => bySql(user, 'insert into orders (id) values (100)'),
      'sql by http': (user) =>
        byHttp(ask(user, 'POST', '/api/v1/sql', { sql: 'insert into orders (id) values (100)' })),
      commit: (user) => byHttp(catalog(user, 'POST', orders, noChange)),
      transaction: (user) =>
        byHttp(
          catalog(user, 'POST', 'transactions/commit', {
            'table-changes': [{ identifier: { namespace: ['public'], name: 'orders' }, ...noChange }],
          }),
        ),
    },
    'table:create': {
      sql: (user) => bySql(user, 'create table work.made (id bigint)').finally(() => drop('made')),
      create: (user) =>
        byHttp(catalog(user, 'POST', 'namespaces/work/tables', { name: 'made', schema: schema('id') })).finally(() =>
          drop('made'),
        ),
      staged: (user) =>
        byHttp(
          catalog(user, 'POST', 'namespaces/work/tables', { name: 'made', schema: schema('id'), 'stage-create': true }),
        ),
    },
    'table:drop': {
      sql: async (user) => (await make('gone'), bySql(user, 'drop table work.gone').finally(() => drop('gone'))),
      drop: async (user) => (
        await make('gone'),
        byHttp(catalog(user, 'DELETE', 'namespaces/work/tables/gone?purgeRequested=true')).finally(() => drop('gone'))
      ),
    },
  }
  const make = (name: string) => weir.sql('weir', `create table work.${name} (id bigint)`)
  const drop = (name: string) => weir.sql('weir', `drop table if exists work.${name}`)

  void test('each action of each user, by each way', async () => {
    await weir.sql('weir', 'create schema work')
    const check = async (expected: Readonly<Record<string, readonly string[]>>) => {
      for (const [action, ways] of Object.entries(actions))
        for (const user of ['ana', 'etl', 'bob', 'root', 'weir']) {
          const found: (readonly [string, string])[] = []
          for (const [way, run] of Object.entries(ways)) found.push([way, await run(user)])
          const isAllowed = expected[action]!.includes(user)
          for (const [way, decision] of found) {
            const what = `${user}: ${action} by ${way}: ${decision}`
            assert.equal(decision === 'allowed', isAllowed, what)
            assert.equal(decision, found[0]![1], what)
            if (!isAllowed) assert.match(decision, new RegExp(`user "${user}".* ${action} on`), what)
          }
        }
    }
    const all = ['ana', 'etl', 'bob', 'root', 'weir']
    await check({ 'table:read': all, 'table:write': all, 'table:create': all, 'table:drop': all })
    await weir.policy('reading', { principals: ['group:analysts'], allow: ['table:read'], on: ['public.orders'] })
    await weir.policy('loading', { principals: ['user:etl'], allow: ['table:*'], on: ['work.*', 'public.orders'] })
    await weir.policy('no-drops', { principals: ['group:loaders'], deny: ['table:drop'], on: ['*'] })
    await check({
      'table:read': ['ana', 'etl', 'root', 'weir'],
      'table:write': ['etl', 'root', 'weir'],
      'table:create': ['etl', 'root', 'weir'],
      'table:drop': ['root', 'weir'],
    })
  })

  void test('lists of the catalog hold what may be seen, and a refusal does not say whether it is there', async () => {
    const listed = async (user: string) =>
      ((await catalog(user, 'GET', 'namespaces/public/tables')).body['identifiers'] as { name: string }[]).map(
        ({ name }) => name,
      )
    assert.deepEqual(await listed('ana'), ['orders'])
    assert.deepEqual(await listed('bob'), [])
    assert.deepEqual(await listed('weir'), ['orders'])
    assert.equal((await catalog('bob', 'HEAD', orders)).status, 403)
    assert.equal((await catalog('bob', 'HEAD', 'namespaces/work/tables/nothing')).status, 403)
    assert.equal((await catalog('bob', 'GET', 'namespaces/work/tables/nothing')).status, 403)
    assert.equal((await catalog('ana', 'HEAD', orders)).status, 204)
    assert.equal((await ask('ana', 'GET', '/api/v1/resources')).body['items'] instanceof Array, true)
    assert.deepEqual(
      ((await ask('bob', 'GET', '/api/v1/resources')).body['items'] as { name: string }[]).map(({ name }) => name),
      [],
    )
  })

  void test('tables that the project does not declare are decided about likewise by the HTTP API', async () => {
    await weir.sql('weir', 'create table work.shut (id bigint)')
    const history = async (user: string) => (await ask(user, 'GET', '/api/v1/tables/work.shut/history')).status
    assert.deepEqual(await Promise.all(['ana', 'etl', 'bob', 'weir'].map(history)), [403, 200, 403, 200])
    await weir.sql('weir', 'drop table work.shut')
    assert.equal(await history('weir'), 404)
  })

  void test('a transaction of which one table is refused changes none', async () => {
    await weir.sql('weir', 'create table free (id bigint)')
    await weir.policy('free', { allow: ['table:*'], on: ['public.free'] })
    const change = (name: string) => ({ identifier: { namespace: ['public'], name }, ...noChange })
    const refused = await catalog('ana', 'POST', 'transactions/commit', {
      'table-changes': [change('free'), change('orders')],
    })
    assert.equal(refused.status, 403)
    const { body } = await catalog('weir', 'GET', 'namespaces/public/tables/free')
    assert.equal((body['metadata'] as { properties: Record<string, string> }).properties['touched'], undefined)
    assert.equal(
      (await catalog('ana', 'POST', 'transactions/commit', { 'table-changes': [change('free')] })).status,
      204,
    )
    const ana = await weir.login('ana')
    await ana.query('begin')
    await ana.query('insert into free values (1)')
    await assert.rejects(ana.query('insert into orders (id) values (1)'), { code: '42501' })
    await ana.query('rollback')
    await assert.rejects(ana.query('insert into free values (1); insert into orders (id) values (1)'), {
      code: '42501',
    })
    assert.equal((await weir.sql('weir', 'select * from free')).rows.length, 0)
  })

  void test('files of a closed table are not had by another table, a rename or a registration', async () => {
    await weir.withdraw('no-drops')
    const { body } = await catalog('weir', 'GET', orders)
    const at = String(body['metadata-location'])
    const { location, snapshots } = body['metadata'] as { location: string; snapshots: { 'manifest-list': string }[] }
    const refused = async (method: string, path: string, given: unknown) => {
      const answer = await catalog('ana', method, path, given)
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(answer.body)}`)
    }
    const table = { name: 'mine', schema: schema('id') }
    await refused('POST', 'namespaces/public/register', { name: 'mine', 'metadata-location': at })
    await refused('POST', 'namespaces/public/register-view', { name: 'mine', 'metadata-location': at })
    await refused('POST', 'namespaces/public/tables', { ...table, location })
    await refused('POST', 'namespaces/public/tables', {
      ...table,
      location: `${location}/inside`,
      'stage-create': true,
    })
    await refused('POST', 'tables/rename', {
      source: { namespace: ['public'], name: 'orders' },
      destination: { namespace: ['public'], name: 'mine' },
    })
    await refused('POST', 'tables/rename', {
      source: { namespace: ['public'], name: 'free' },
      destination: { namespace: ['work'], name: 'mine' },
    })
    const free = 'namespaces/public/tables/free'
    const snapshot = {
      'snapshot-id': 5,
      'sequence-number': 1,
      'timestamp-ms': Date.now(),
      'manifest-list': snapshots[0]!['manifest-list'],
      summary: { operation: 'append' },
      'schema-id': 0,
    }
    const named = { requirements: [], updates: [{ action: 'add-snapshot', snapshot }] }
    await refused('POST', free, named)
    await refused('POST', 'transactions/commit', {
      'table-changes': [{ identifier: { namespace: ['public'], name: 'free' }, ...named }],
    })
    const inside = String((await catalog('weir', 'GET', free)).body['metadata-location']).replace(/\/metadata\/.*$/, '')
    await refused('POST', free, {
      requirements: [],
      updates: [
        { action: 'add-snapshot', snapshot: { ...snapshot, 'manifest-list': `${inside}/../orders/metadata/x` } },
      ],
    })
    await refused('POST', free, { requirements: [], updates: [{ action: 'set-location', location }] })
    await refused('POST', 'namespaces/public/tables/mine', {
      requirements: [{ type: 'assert-create' }],
      updates: [{ action: 'set-location', location }, ...named.updates],
    })
    // What a client does that makes a table in two steps is let through.
    const staged = await catalog('ana', 'POST', 'namespaces/public/tables', { ...table, 'stage-create': true })
    assert.equal(staged.status, 200)
    const path = (staged.body['metadata'] as { location: string }).location
    assert.match(path, /\/public\/mine-[0-9a-f]{8}$/, 'a place that nobody else was told')
    const made = await catalog('ana', 'POST', 'namespaces/public/tables', { ...table, location: path })
    assert.equal(made.status, 200, JSON.stringify(made.body))
    await weir.sql('weir', 'drop table mine')
  })

  void test('a Delta table is not made over the log of a closed one', async () => {
    await weir.sql('weir', `create table ledger using delta as select 1 as id, 'hidden' as what`)
    await weir.policy('ledger', { principals: ['user:root'], allow: ['table:read'], on: ['public.ledger'] })
    const { metadata } = (await catalog('weir', 'GET', 'namespaces/public/tables/ledger')).body as {
      metadata: { location: string; properties: Record<string, string>; schemas: object[] }
    }
    const properties = { ...metadata.properties, 'write.data.path': `${metadata.location}/data` }
    const over = { name: 'over', schema: metadata.schemas[0], properties }
    const refusal = /while policies hold, the property write.data.path is chosen by administrators alone/
    const refused = async (path: string, body: unknown) => {
      const answer = await catalog('ana', 'POST', path, body)
      assert.equal(answer.status, 403, JSON.stringify(answer.body))
      assert.match(answer.body.error!.message, refusal)
    }
    await refused('namespaces/public/tables', over)
    await refused('namespaces/public/tables', { ...over, 'stage-create': true })
    await weir.sql('ana', 'create table over (id int, what text) using delta')
    const update = { action: 'set-properties', updates: { 'write.data.path': `${metadata.location}/data` } }
    await refused('namespaces/public/tables/over', { requirements: [], updates: [update] })
    await refused('transactions/commit', {
      'table-changes': [{ identifier: { namespace: ['public'], name: 'over' }, requirements: [], updates: [update] }],
    })
    assert.equal((await weir.sql('ana', 'select * from over')).rows.length, 0)
    await weir.withdraw('ledger')
  })

  void test('with a mask the files are not had, by no way', async () => {
    await weir.policy('reading', {
      principals: ['group:analysts'],
      allow: ['table:read'],
      on: ['public.orders'],
      columns: { mask: ['customer'] },
    })
    assert.equal((await weir.sql('ana', 'select id from orders limit 1')).rows.length, 1)
    for (const path of [
      '/iceberg/v1/namespaces/public/tables/orders',
      '/iceberg/v1/namespaces/public/tables/orders?snapshots=refs',
      '/api/v1/tables/orders',
      '/api/v1/tables/orders/history',
      '/api/v1/tables/orders/files',
      '/api/v1/tables/orders/files/columns?file=x',
      '/api/v1/tables/orders/partitions',
      '/api/v1/tables/orders/diff',
      '/api/v1/tables/orders/schemas',
      '/api/v1/tables/orders/maintenance',
      '/api/v1/tables/orders/compaction',
      '/api/v1/resources/table/orders/status',
      '/api/v1/resources/tables/orders/status',
    ]) {
      const { status, body } = await ask('ana', 'GET', path)
      assert.equal(status, 403, path)
      assert.match(
        body.error!.message,
        /column "customer" is masked, and files hold what is masked. Read it by SQL/,
        path,
      )
    }
    const { body } = await ask('ana', 'POST', '/api/v1/sql', { sql: 'select distinct customer from orders' })
    assert.deepEqual(body['rows'], [[null]])
    const known = await ask('ana', 'GET', '/api/v1/resources/table/orders')
    assert.equal(known.status, 200)
  })
})
