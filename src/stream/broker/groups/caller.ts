/** Whoever waits for an answer. */
export interface Caller<T> {
  answer(value: T): void
  refuse(error: unknown): void
}
