import { asWeirError } from '../../kernel/errors/weir-error.ts'
import { watchSources } from './watch-sources.ts'

const quietMs = 150

export interface WatchedProject {
  readonly directory: string
  /** Folders in it that are not sources: the data directory. */
  readonly ignored: readonly string[]
  /** Makes what the files say now run; whether all of it does. Says itself what was done and what was left. */
  readonly apply: () => Promise<boolean>
}

/**
 * Applies a project when a source file of it was saved and all is quiet again; one at a time. What is wrong is said, and
 * that it is right again too: silence after an error would leave its author to guess.
 */
export function watchProject(
  { directory, ignored, apply }: WatchedProject,
  say: (line: string) => void,
): { stop(): void } {
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  let wrong = false
  const applyAndSay = async (): Promise<void> => {
    try {
      const right = await apply()
      if (wrong && right) say('The project is right again: what runs is what it declares.')
      wrong = !right
    } catch (thrown) {
      const { at, message, code } = asWeirError(thrown)
      wrong = true
      say(`${at === undefined ? '' : `${at}  `}${message}  [${code}]`)
    }
  }
  const applySoon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => (running = running.then(applyAndSay)), quietMs)
  }
  const stop = watchSources(directory, ignored, applySoon)
  // What was saved between the start's reading and this watch told nobody.
  applySoon()
  return {
    stop() {
      clearTimeout(timer)
      stop()
    },
  }
}
