import { KafkaRefusal } from '../kafka-refusal.ts'

interface Named {
  readonly name: string
}

/** What a request names more than once is answered once, as refused. */
export function onceEach<T extends Named>(all: readonly T[]): readonly T[] {
  return all.filter(({ name }, at) => all.findIndex((other) => other.name === name) === at)
}

/** Throws KafkaRefusal INVALID_REQUEST for a name that is there more than once. */
export function checkOnce(name: string, all: readonly Named[]): void {
  if (all.filter((other) => other.name === name).length > 1)
    throw new KafkaRefusal('INVALID_REQUEST', `topic "${name}" is named twice`)
}
