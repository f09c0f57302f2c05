const retryMs = 1000
/** While Weir answers. */
const attempts = 3

/**
 * Loads a part of the console, and waits where Weir is away: a page that is opened meanwhile comes when it is back. Where Weir
 * answers and the part does not come (after an update, or because the browser remembers that it failed) the whole page is loaded
 * again, once. Rejects when that did not help.
 */
export async function whenReachable<Part>(load: () => Promise<Part>): Promise<Part> {
  for (let failures = 0; ;) {
    try {
      return await load()
    } catch (error) {
      if ((await isReachable()) && ++failures === attempts) return loadPageAgain(error)
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
}

function loadPageAgain(error: unknown): Promise<never> {
  const key = `loaded again: ${String(error)}`
  if (sessionStorage.getItem(key) !== null) throw error
  sessionStorage.setItem(key, new Date().toISOString())
  location.reload()
  return new Promise(() => undefined)
}

async function isReachable(): Promise<boolean> {
  try {
    return (await fetch('/health', { cache: 'no-store' })).ok
  } catch {
    return false
  }
}
