import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { LoadAnswer } from './load-project.ts'
import { readProject, resolveOwnPackage } from './read-project.ts'

const [, , file, parent, environment = null] = process.argv
await endWithParent(Number(parent))
resolveOwnPackage()
answer(await readProject(file!, environment))
// A project may have opened something that would keep this process.
process.exit(0)

/**
 * Beside the project, which may keep this thread busy for ever: without a parent nobody would end it (INV-P2). The parent says who it is,
 * for it may be gone before anybody here looks.
 */
async function endWithParent(ppid: number): Promise<void> {
  const watch = `setInterval(() => process.ppid === ${ppid} || process.kill(process.pid, 'SIGKILL'), 500)`
  const worker = new Worker(watch, { eval: true })
  // It begins only while this thread has time for it.
  await once(worker, 'online')
  worker.unref()
}

function answer(result: LoadAnswer): void {
  const bytes = Buffer.from(JSON.stringify(result))
  for (let at = 0; at < bytes.length;) at += writeSync(3, bytes, at)
}
