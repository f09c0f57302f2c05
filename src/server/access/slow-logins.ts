import { setTimeout as pause } from 'node:timers/promises'
import { createLoginDelays } from '../../kernel/login-delays.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'

/** Who guesses passwords waits longer for each answer. */
export interface SlowLogins {
  /** WEIR-7013 when so many of this address wait already that no other is heard. */
  mustBeHeard(address: string): void
  /** Resolves when one that has failed may be answered. */
  failed(address: string, user: string | undefined): Promise<void>
}

export function slowLogins(firstMs: number): SlowLogins {
  const delays = createLoginDelays(() => performance.now(), firstMs)
  return {
    mustBeHeard(address) {
      if (delays.mayTry(address)) return
      throw new WeirError('WEIR-7013', `too many logins of ${address} have failed just now. Wait a few seconds`)
    },
    async failed(address, user) {
      const failure = delays.failed(address, user)
      try {
        await pause(failure.ms)
      } finally {
        failure.waited()
      }
    },
  }
}
