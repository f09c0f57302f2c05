import { windowCount, windowMs } from './windowed-rate.ts'

/** Tokens that come back with time: bursts are paid for as long as they cost, no longer (KIP-599). */
export interface TokenBucket {
  /** Below zero when too many were taken. */
  tokens(perSecond: number, now: number): number
  take(count: number, perSecond: number, now: number): void
}

export function createTokenBucket(): TokenBucket {
  let left: number | undefined
  let refilledAt = 0

  function tokens(perSecond: number, now: number): number {
    const most = (windowCount * windowMs * perSecond) / 1000
    left = left === undefined ? most : Math.min(most, left + (perSecond * (now - refilledAt)) / 1000)
    refilledAt = now
    return left
  }

  return {
    tokens,
    take(count, perSecond, now) {
      left = tokens(perSecond, now) - count
    },
  }
}
