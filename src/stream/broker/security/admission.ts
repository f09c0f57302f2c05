/** How many connections there are, how many of them have not logged in yet, and from where. */
export interface Admission {
  readonly open: number
  /** The connection may stay; or why not. */
  enter(address: string): Entry | { readonly refused: string }
}

export interface Entry {
  loggedIn(): void
  left(): void
}

export interface AdmissionLimits {
  readonly connectionsMax: number
  /** Who has not logged in yet; of one address a quarter of that, so that none keeps all others out. */
  readonly loggingInMax: number
}

export function createAdmission(limits: AdmissionLimits): Admission {
  let open = 0
  let loggingIn = 0
  const byAddress = new Map<string, number>()
  const ofAddressMax = Math.ceil(limits.loggingInMax / 4)

  function count(address: string, change: number): void {
    loggingIn += change
    const now = (byAddress.get(address) ?? 0) + change
    if (now > 0) byAddress.set(address, now)
    else byAddress.delete(address)
  }

  function refusal(address: string): string | undefined {
    if (open >= limits.connectionsMax) return 'too many connections'
    if (loggingIn >= limits.loggingInMax) return 'too many connections that have not logged in'
    if ((byAddress.get(address) ?? 0) >= ofAddressMax)
      return 'too many connections of this address that have not logged in'
    return undefined
  }

  return {
    get open() {
      return open
    },
    enter(address) {
      const refused = refusal(address)
      if (refused !== undefined) return { refused }
      open++
      count(address, 1)
      let state: 'logging in' | 'open' | 'left' = 'logging in'
      const become = (next: 'open' | 'left'): void => {
        if (state === 'logging in') count(address, -1)
        if (next === 'left' && state !== 'left') open--
        if (state !== 'left') state = next
      }
      return { loggedIn: () => become('open'), left: () => become('left') }
    },
  }
}
