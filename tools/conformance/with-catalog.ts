// `with-catalog.ts COMMAND …`: runs a command against the catalog alone, with every local path open; {} stands for its address.
// A running Weir keeps tables under its lake and refuses the fixed folders that some of the kit's tests name.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-catalog-'))
const server = spawn(process.execPath, ['test/conformance/iceberg.ts', `file://${folder}`], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const [address] = (await once(server.stdout, 'data')) as [Buffer]
  const command = process.argv.slice(2).map((word) => word.replaceAll('{}', address.toString().trim()))
  process.exitCode = await runCommand(command)
} finally {
  server.kill()
  rmSync(folder, { recursive: true, force: true })
}
