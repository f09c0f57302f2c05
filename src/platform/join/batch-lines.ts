/** Lines that are said together: a process that says much must not take a message for each. */
export interface LineBatch {
  add(line: string): void
  /** Says what waits. */
  end(): void
}

const waitMs = 100
/** Beyond these the oldest are left out: logs never stop the work. */
const linesMax = 1000

export function batchLines(say: (lines: readonly string[]) => void): LineBatch {
  let waiting: string[] = []
  let timer: NodeJS.Timeout | undefined

  function end(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length > 0) say(waiting)
    waiting = []
  }

  return {
    add(line) {
      if (waiting.length === linesMax) waiting.shift()
      waiting.push(line)
      timer ??= setTimeout(end, waitMs)
    },
    end,
  }
}
