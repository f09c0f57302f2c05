import { startTestEngine, ordersTable, cheapView } from '../../test/support/sql-engine.ts'
import { startPostgresPort } from './relay/start-postgres-port.ts'
const s = await startTestEngine([ordersTable], [cheapView])
const p = await startPostgresPort({
  host: '127.0.0.1',
  port: 55999,
  auth: { kind: 'trust' },
  engine: async () => s.socketPath,
})
console.log(s.directory)
setTimeout(
  () => {
    void p.stop()
    void s.stop().then(() => process.exit())
  },
  Number(process.argv[2] ?? 5000),
)
