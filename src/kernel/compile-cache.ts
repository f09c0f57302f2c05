import { existsSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Keeps what Node makes of our sources, here and in every process that is started from here: half of the time of a start
 * was spent on making it. Node finds it by content and version, so that nothing old is ever run; where it cannot be kept
 * nothing is said and all works. It lies with the user, for what others may write must not be run. `NODE_COMPILE_CACHE`
 * and `NODE_DISABLE_COMPILE_CACHE` choose. To be called before the sources are imported.
 */
export function keepCompiled(): void {
  const chosen = process.env['NODE_COMPILE_CACHE'] ?? ownFolder()
  if (chosen === undefined) return
  process.env['NODE_COMPILE_CACHE'] = chosen
  enableCompileCache(chosen)
}

/** Now and not at the end, which a process that is killed does not have. */
export function saveCompiled(): void {
  flushCompileCache()
}

/** None where the place for it is not there: a user of the system may have no home. */
function ownFolder(): string | undefined {
  const place = process.env['XDG_CACHE_HOME'] ?? homedir()
  if (!existsSync(place)) return undefined
  return join(place, ...(process.env['XDG_CACHE_HOME'] === undefined ? ['.cache'] : []), 'weir', 'compiled')
}
