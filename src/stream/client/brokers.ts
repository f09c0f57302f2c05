import type { WeirError } from '../../kernel/errors/weir-error.ts'
import { createBroker, type Broker } from './broker.ts'
import type { Address } from './connection.ts'
import type { Caller } from './lines.ts'

/** Every broker that is known, by address and by id. The same address is always the same broker. */
export interface Brokers {
  at(address: Address): Broker
  byId(nodeId: number): Broker | undefined
  /** Those that the cluster has, as far as it was asked. */
  members(): readonly Broker[]
  /** One of those that the cluster has and of the bootstrap addresses, in turn, so that a retry asks another one. */
  any(): Broker
  /** These are the cluster's brokers now. */
  learn(members: readonly (Address & { readonly nodeId: number })[]): void
  close(reason: WeirError): void
}

export function createBrokers(bootstrap: readonly Address[], caller: Caller): Brokers {
  const byAddress = new Map<string, Broker>()
  const seeds = bootstrap.map(at)
  let members: ReadonlyMap<number, Broker> = new Map()
  let turn = 0
  let closed: WeirError | undefined

  function at({ host, port }: Address): Broker {
    const address = `${host}:${port}`
    let broker = byAddress.get(address)
    if (!broker) byAddress.set(address, (broker = createBroker({ host, port }, caller)))
    return broker
  }

  return {
    at,
    byId: (nodeId) => members.get(nodeId),
    members: () => [...members.values()],
    any() {
      if (closed) throw closed
      const known = [...new Set([...members.values(), ...seeds])]
      return known[turn++ % known.length]!
    },
    learn(answered) {
      members = new Map(answered.map((member) => [member.nodeId, at(member)]))
    },
    close(reason) {
      closed = reason
      for (const broker of byAddress.values()) broker.close(reason)
    },
  }
}
