import type { Output } from './command.ts'

export interface CrawlProgress {
  /** `done` is 0 while files are listed: `total` counts those. */
  readonly show: (done: number, total: number) => void
  readonly end: () => void
}

/** A bar at a terminal; nothing elsewhere. */
export async function showCrawl({ json }: Output, crawler: string): Promise<CrawlProgress> {
  if (json || !process.stderr.isTTY) return { show: () => undefined, end: () => undefined }
  const { default: bars } = await import('cli-progress')
  const bar = new bars.SingleBar({
    format: `${crawler}  {bar} {percentage} %  {value} of {total} files, {eta_formatted} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    stream: process.stderr,
  })
  bar.start(1, 0)
  return {
    show(done, total) {
      bar.setTotal(Math.max(1, total))
      bar.update(done)
    },
    end: () => bar.stop(),
  }
}
