/** How a request was answered, as far as it takes to answer it again. */
export type KeptAnswer =
  | { readonly status: number; readonly body?: string }
  /** The metadata file of the table or view that was made or changed. */
  | { readonly status: 200; readonly table: string }
  | { readonly status: 200; readonly view: string }

/** That a request with an idempotency key was done, kept in the transaction that did it. */
export interface Receipt {
  readonly key: string
  /** What was asked; another request cannot have the same key. */
  readonly request: string
  /** A `KeptAnswer` as JSON. */
  readonly answer: string
  /** Milliseconds since the epoch; from `expires` on it may be forgotten. */
  readonly at: number
  readonly expires: number
}

/** Makes the receipt of the request that is being answered; undefined when it has no key. */
export type ReceiptOf = (answer: KeptAnswer) => Receipt | undefined
