/** One answer of `/v1/statement` (Trino's client REST API); what is not used here is left out. */
export interface TrinoPage {
  readonly id: string
  /** Where to go on; none at the end. */
  readonly nextUri?: string
  readonly columns?: readonly TrinoColumn[]
  readonly data?: readonly (readonly unknown[])[]
  readonly error?: TrinoFailure
}

export interface TrinoColumn {
  readonly name: string
  readonly type: string
  readonly typeSignature: TypeSignature
}

export interface TypeSignature {
  readonly rawType: string
  readonly arguments: readonly TypeArgument[]
}

export type TypeArgument =
  | { readonly kind: 'LONG'; readonly value: number }
  | { readonly kind: 'TYPE'; readonly value: TypeSignature }
  | {
      readonly kind: 'NAMED_TYPE'
      readonly value: { readonly fieldName?: { readonly name: string } | null; readonly typeSignature: TypeSignature }
    }
  | { readonly kind: 'VARIABLE'; readonly value: string }

export interface TrinoFailure {
  readonly message: string
  readonly errorName: string
  readonly errorType: string
  readonly errorLocation?: { readonly lineNumber: number; readonly columnNumber: number }
}

const longInteger = /[[,:]\s*-?\d{16}/

/** Integers that a double cannot hold come as bigint; all else as JSON has it. */
export function parsePage(text: string): TrinoPage {
  if (!longInteger.test(text)) return JSON.parse(text) as TrinoPage
  const keepDigits = (_: string, value: unknown, { source = '' }: { readonly source?: string } = {}): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? BigInt(source) : value
  return JSON.parse(text, keepDigits) as TrinoPage
}
