import { Presets, SingleBar } from 'cli-progress'
import colors from 'picocolors'

/** One step of the first minute: a bar while it works, one line when it is done. */
export interface Step {
  update(done: number): void
  /** Ends the bar with a line: what was done, in how many seconds. */
  finish(text: string): number
}

const titleWidth = 12
const terminal = process.stdout.isTTY

export type StartStep = (title: string, total: number) => Step

export const startStep: StartStep = (title, total) => {
  const started = performance.now()
  const bar = terminal && total > 0 ? openBar(title, total) : undefined
  return {
    update: (done) => bar?.update(Math.min(done, total)),
    finish(text) {
      bar?.stop()
      const seconds = (performance.now() - started) / 1000
      console.log(`  ${title.padEnd(titleWidth)} ${text}  ${colors.dim(`${seconds.toFixed(1)} s`)}`)
      return seconds
    },
  }
}

function openBar(title: string, total: number): SingleBar {
  const bar = new SingleBar(
    {
      format: `  ${title.padEnd(titleWidth)} {bar} {percentage} %`,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 32,
      fps: 15,
    },
    Presets.shades_classic,
  )
  bar.start(total, 0)
  return bar
}
