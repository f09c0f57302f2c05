/** SCRAM by its hash; the numbers are the protocol's, of APIs 50 and 51. */
export const scramMechanisms = {
  'SCRAM-SHA-256': { number: 1, hash: 'sha256', hashBytes: 32 },
  'SCRAM-SHA-512': { number: 2, hash: 'sha512', hashBytes: 64 },
} as const

export type ScramMechanism = keyof typeof scramMechanisms

/** How a client may prove who it is. */
export type SaslMechanism = ScramMechanism | 'PLAIN'

export const scramNames = Object.keys(scramMechanisms) as readonly ScramMechanism[]

export function scramOfNumber(number: number): ScramMechanism | undefined {
  return scramNames.find((name) => scramMechanisms[name].number === number)
}
