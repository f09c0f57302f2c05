/** `all` and `leader`: durable in Weir's log before the answer. `none`: sent, no more. */
export type Acks = 'all' | 'leader' | 'none'

/** As the protocol says it. */
export const wireAcks: Readonly<Record<Acks, number>> = { all: -1, leader: 1, none: 0 }
