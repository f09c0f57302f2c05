import { resolve } from 'node:path'
import { keepCompiled } from '../kernel/compile-cache.ts'

// Before the rest is imported, or it would come too late for it.
keepCompiled()
const [{ program }, { reportError }] = await Promise.all([import('./program.ts'), import('./report-error.ts')])

// What a closed pipe ends is not an error: weir tail orders | head -1.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const words = process.argv.slice(2)
try {
  process.exitCode = await program(words, resolve)
} catch (thrown) {
  process.exitCode = reportError(thrown, words[0] ?? '', words.includes('--json'))
}
// What a pipe has not taken yet would be lost with the process.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))))
// A command that is done is done: an idle connection of a client must not hold the terminal.
process.exit()
