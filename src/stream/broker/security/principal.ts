/** Who a client is, as Kafka writes it: `User:ada`. */
export interface Principal {
  readonly type: string
  readonly name: string
}

/** Clients of a listener that asks nobody who he is. */
export const anonymous: Principal = { type: 'User', name: 'ANONYMOUS' }

/** Parts of Weir, which come by the internal socket. No user can be this one: users have the type `User`. */
export const internal: Principal = { type: 'Weir', name: 'internal' }

export function principalText({ type, name }: Principal): string {
  return `${type}:${name}`
}
export function user(name: string): Principal {
  return { type: 'User', name }
}
