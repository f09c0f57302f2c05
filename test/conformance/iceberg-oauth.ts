import { kit } from '../../tools/conformance/kit.ts'
import { runCommand } from '../../tools/conformance/command.ts'
import { startWeir } from '../support/running-weir.ts'

/**
 * Clients that nobody here wrote against a Weir with a token: with a credential (OAuth) and with the token itself they work,
 * with a wrong one neither does. `node test/conformance/iceberg-oauth.ts`
 */
const secret = 'a secret of the test'.replaceAll(' ', '-')
process.env['WEIR_TOKEN'] = secret
await using weir = await startWeir('oauth')
const { iceberg } = weir.endpoints

const pyiceberg = (setting: string, value: string) =>
  runCommand([`${kit}/iceberg/pyiceberg.sh`, iceberg], { [`PYICEBERG_CATALOG__WEIR__${setting}`]: value })
const java = (setting: string) =>
  runCommand([`${kit}/iceberg/rck.sh`, iceberg, '--views', `-D${setting}`, '--only', 'basicCreateView|renameView'], {
    DETAILS: 'summary',
  })

const runs: readonly (readonly [what: string, code: () => Promise<number>, works: boolean])[] = [
  ['PyIceberg with a credential', () => pyiceberg('CREDENTIAL', `pyiceberg:${secret}`), true],
  ['PyIceberg with the token', () => pyiceberg('TOKEN', secret), true],
  ['PyIceberg with a wrong credential', () => pyiceberg('CREDENTIAL', 'pyiceberg:wrong'), false],
  ["Java's client with a credential", () => java(`credential=java:${secret}`), true],
  ["Java's client with a wrong credential", () => java('credential=java:wrong'), false],
]
for (const [what, code, works] of runs) {
  const ok = ((await code()) === 0) === works
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${what} ${works ? 'works' : 'is refused'}`)
  if (!ok) process.exitCode = 1
}
