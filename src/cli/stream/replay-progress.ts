import type { Replay, ReplayProgress } from '../../stream/replay/replay.ts'
import type { Output } from '../command.ts'

/** How far a replay is, for somebody who looks. */
export interface ShownProgress {
  readonly show: (progress: ReplayProgress) => void
  readonly end: () => void
}

const nothing: ShownProgress = { show: () => undefined, end: () => undefined }

/** A bar at a terminal; nothing elsewhere. */
export async function showReplay({ json }: Output, { from, to }: Replay): Promise<ShownProgress> {
  if (json || !process.stderr.isTTY) return nothing
  const { default: bars } = await import('cli-progress')
  const bar = new bars.SingleBar({
    format: `${from} → ${to}  {bar} {percentage} %  {value} of {total} offsets, {copied} copied, {eta_formatted} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    stream: process.stderr,
  })
  bar.start(1, 0, { copied: 0 })
  return {
    show({ position, total, copied, found }) {
      bar.setTotal(Math.max(1, total))
      bar.update(position, { copied: copied + found })
    },
    end: () => bar.stop(),
  }
}
