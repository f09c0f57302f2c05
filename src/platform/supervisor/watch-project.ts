import { watch } from 'node:fs'
import { asWeirError } from '../../kernel/errors/weir-error.ts'

const quietMs = 150

/** Calls `apply` when a source file of the project was saved and is quiet again; one call at a time. Errors are said. */
export function watchProject(
  directory: string,
  apply: () => Promise<void>,
  say: (line: string) => void,
): { stop(): void } {
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  const watcher = watch(directory, { recursive: true }, (_event, file) => {
    if (file === null || !isSource(file)) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      running = running.then(apply).catch((thrown: unknown) => {
        const { at, message, code } = asWeirError(thrown)
        say(`${at === undefined ? '' : `${at}  `}${message}  [${code}]`)
      })
    }, quietMs)
  })
  return {
    stop() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}

function isSource(file: string): boolean {
  return /\.(ts|mts|sql|json)$/.test(file) && !/(^|\/)(node_modules|\.weir|\.git)\//.test(file)
}
