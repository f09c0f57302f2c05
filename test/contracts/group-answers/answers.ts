import type { Api } from '../../../src/stream/protocol/api.ts'
import { nameOfKafkaError } from '../../../src/stream/protocol/errors.ts'
import type { Decoded, Input, Shape } from '../../../src/stream/protocol/field.ts'
import { askKafka } from '../../support/ask-kafka.ts'
import { groupsAreServed, makeTopic } from '../settled-broker.ts'

/** A step of a script, and what the broker said to it, without what is of its own making. */
export type Answered = readonly [step: string, answer: unknown]

/** Puts requests to a broker, and keeps its answers in a form in which two brokers can be compared. */
export interface Answers {
  readonly all: readonly Answered[]
  /** Asks, keeps what was said, and returns it as it came. */
  ask<R extends Shape, S extends Shape>(
    step: string,
    api: Api<R, S>,
    version: number,
    body: Input<R>,
  ): Promise<Decoded<S>>
  /** Asks; nobody compares the answer. */
  look<R extends Shape, S extends Shape>(api: Api<R, S>, version: number, body: Input<R>): Promise<Decoded<S>>
  keep(step: string, answer: unknown): void
  /** An id that the broker chose is called by this name from here on. */
  call(id: string, name: string): void
  /** Epochs are counted from here on: Kafka begins at another one. */
  epochsFrom(epoch: number): void
  /** Makes a topic; returns its id. */
  topic(name: string, partitions: number): Promise<string>
}

/** Texts for people, how long a client was held back, and addresses. */
const leftOut: ReadonlySet<string> = new Set(['throttleTimeMs', 'errorMessage', 'clientHost'])
const epochs: ReadonlySet<string> = new Set(['memberEpoch', 'groupEpoch', 'assignmentEpoch'])

export async function openAnswers(port: number): Promise<Answers> {
  const all: Answered[] = []
  const names = new Map<string, string>()
  let firstEpoch = 1
  const plain = (value: unknown): unknown => {
    if (Buffer.isBuffer(value)) return value.toString('latin1')
    if (typeof value === 'string') return names.get(value) ?? value
    if (Array.isArray(value)) return value.map(plain).toSorted(byText)
    if (typeof value !== 'object' || value === null) return value
    const kept = Object.entries(value).filter(([key]) => !leftOut.has(key))
    return Object.fromEntries(kept.map(([key, field]) => [key, plainField(key, field)]))
  }
  const plainField = (key: string, value: unknown): unknown => {
    if (key === 'errorCode') return nameOfKafkaError(Number(value))
    if (epochs.has(key) && Number(value) > 0) return Number(value) - firstEpoch + 1
    return plain(value)
  }
  await groupsAreServed(port)
  return {
    all,
    async ask(step, api, version, body) {
      const answer = await askKafka(port, api, version, body)
      all.push([step, plain(answer)])
      return answer
    },
    look: (api, version, body) => askKafka(port, api, version, body),
    keep: (step, answer) => void all.push([step, plain(answer)]),
    call: (id, name) => void names.set(id, name),
    epochsFrom: (epoch) => void (firstEpoch = epoch),
    async topic(name, partitions) {
      const id = await makeTopic(port, name, partitions)
      names.set(id, `id of ${name}`)
      return id
    },
  }
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1
}
