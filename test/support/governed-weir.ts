import pg from 'pg'
import { table, view } from '../../src/index.ts'
import type { Declaration } from '../../src/platform/kinds/declaration.ts'
import type { PolicySpec } from '../../src/platform/kinds/policy/schema.ts'
import type { Project } from '../../src/platform/project/project.ts'
import { superviseWeir, type SupervisedWeir } from './supervised-weir.ts'

/** The passwords of administrators, and of ana (of the analysts), etl, bob and root (an administrator). */
export const passwords = { token: 'the-token', password: 'the-password', user: (name: string) => `${name}-secret` }

const users = { ana: ['analysts'], etl: ['loaders'], bob: [], root: [] }

/** Rows to see and rows to hide. */
export const orders = table('orders', {
  columns: { id: { type: 'long', required: true }, customer: 'string', amount: 'decimal(9,2)' },
})
export const byCustomer = view('by_customer', { sql: 'select customer, sum(amount) as amount from orders group by 1' })

export interface GovernedWeir extends SupervisedWeir {
  readonly http: string
  /** Logged in with the password of the user; as an administrator by the name weir. */
  login(user: string): Promise<pg.Client>
  /** SQL of a user, in a session of its own. */
  sql(user: string, text: string, values?: readonly unknown[]): Promise<pg.QueryResult>
  policy(name: string, spec: Partial<PolicySpec> & Pick<PolicySpec, 'on'>): Promise<void>
  withdraw(name: string): Promise<void>
}

/** A Weir with users, asking everybody for a password, with rows in `orders` and a view over them; without policies yet. */
export async function governWeir(
  resources: readonly Declaration[] = [],
  settings: Partial<Project['settings']> = {},
): Promise<GovernedWeir> {
  for (const name of Object.keys(users)) process.env[`WEIR_TEST_${name.toUpperCase()}`] = passwords.user(name)
  const all = [orders, byCustomer, ...resources]
  const weir = await superviseWeir('governed', [], {
    token: passwords.token,
    password: passwords.password,
    project: {
      name: 'governed',
      environment: null,
      notices: [],
      settings: {
        ports: {},
        diskBudgetBytes: null,
        autoCreateTopics: true,
        defaultPartitions: 1,
        users: Object.fromEntries(
          Object.entries(users).map(([name, groups]) => [
            name,
            { password: { fromEnv: `WEIR_TEST_${name.toUpperCase()}` }, groups, administrator: name === 'root' },
          ]),
        ),
        ...settings,
      },
      resources: all.map(({ kind, name, spec, tags }) => ({ kind, name, spec, tags })),
    },
  })
  const { endpoints, control } = weir.supervisor
  const clients: pg.Client[] = []
  const login = async (user: string): Promise<pg.Client> => {
    const password = user === 'weir' ? passwords.password : passwords.user(user)
    const { hostname: host, port } = new URL(endpoints.postgres)
    const client = new pg.Client({ host, port: Number(port), user, password, database: 'weir' })
    client.on('error', () => undefined)
    clients.push(client)
    await client.connect()
    return client
  }
  const governed: GovernedWeir = {
    ...weir,
    http: endpoints.http,
    login,
    async sql(user, text, values) {
      const client = await login(user)
      try {
        return await client.query(text, values as unknown[])
      } finally {
        await client.end()
      }
    },
    async policy(name, spec) {
      const whole = { principals: ['everyone'], allow: [], deny: [], ...spec }
      await control.put({ kind: 'policy', name, spec: whole, tags: {} }, { actor: 'test' })
    },
    withdraw: (name) => control.remove({ kind: 'policy', name }, { actor: 'test' }),
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
      await weir[Symbol.asyncDispose]()
    },
  }
  await governed.sql('weir', `insert into orders values (1, 'Ada', 10.50), (2, 'Bo', 20), (3, 'Ada', 30)`)
  return governed
}
