import { closingOf } from '../catalog/rewrite-session.ts'
import { isSymbol } from '../catalog/token-editor.ts'
import { wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'

/** Where the words that say a moment lie: tokens `[at, end)`, its value `[from, to)`. */
export interface MomentSyntax {
  readonly unit: 'version' | 'timestamp'
  readonly from: number
  readonly to: number
  readonly end: number
}

const units: Readonly<Record<string, MomentSyntax['unit']>> = {
  version: 'version',
  system_version: 'version',
  timestamp: 'timestamp',
  system_time: 'timestamp',
}

/** `AT (VERSION => …)`, `[FOR] VERSION AS OF …` and their like, when they stand at `at`. */
export function momentSyntax(tokens: readonly Token[], at: number): MomentSyntax | undefined {
  return inBrackets(tokens, at) ?? asOf(tokens, at)
}

function unitAt(tokens: readonly Token[], at: number): MomentSyntax['unit'] | undefined {
  const token = tokens[at]
  return token?.kind === 'word' && Object.hasOwn(units, token.value) ? units[token.value] : undefined
}

function inBrackets(tokens: readonly Token[], at: number): MomentSyntax | undefined {
  if (!wordsAt(tokens, at, 'at') || !isSymbol(tokens, at + 1, '(') || !isSymbol(tokens, at + 3, '=>')) return undefined
  const unit = unitAt(tokens, at + 2)
  const close = closingOf(tokens, at + 1)
  if (unit === undefined || close === undefined || close === at + 4) return undefined
  return { unit, from: at + 4, to: close, end: close + 1 }
}

function asOf(tokens: readonly Token[], at: number): MomentSyntax | undefined {
  const first = wordsAt(tokens, at, 'for') ? at + 1 : at
  const unit = unitAt(tokens, first)
  if (unit === undefined || !wordsAt(tokens, first + 1, 'as', 'of')) return undefined
  const from = first + 3
  const to = sumEnd(tokens, from)
  return to === undefined ? undefined : { unit, from, to, end: to }
}

/** Where an expression ends that nothing brackets: operands with `+`, `-` or AT TIME ZONE between them. */
function sumEnd(tokens: readonly Token[], from: number): number | undefined {
  let end = operandEnd(tokens, from)
  while (end !== undefined) {
    if (isSymbol(tokens, end, '+') || isSymbol(tokens, end, '-')) end = operandEnd(tokens, end + 1)
    else if (wordsAt(tokens, end, 'at', 'time', 'zone')) end = operandEnd(tokens, end + 3)
    else return end
  }
  return undefined
}

/** A literal, a parameter, a call or what stands in brackets, with the casts after it. */
function operandEnd(tokens: readonly Token[], at: number): number | undefined {
  let end = simpleEnd(tokens, isSymbol(tokens, at, '-') ? at + 1 : at)
  while (end !== undefined && isSymbol(tokens, end, '::')) {
    const type = end + 2
    end = isSymbol(tokens, type, '(') ? after(closingOf(tokens, type)) : type
  }
  return end
}

function simpleEnd(tokens: readonly Token[], at: number): number | undefined {
  const token = tokens[at]
  switch (token?.kind) {
    case 'string':
    case 'number':
    case 'parameter':
      return at + 1
    case 'symbol':
      return token.value === '(' ? after(closingOf(tokens, at)) : undefined
    case 'word':
      if (isSymbol(tokens, at + 1, '(')) return after(closingOf(tokens, at + 1))
      return typedLiteralEnd(tokens, at) ?? at + 1
    default:
      return undefined
  }
}

/** `TIMESTAMP '…'`, `INTERVAL '1' HOUR`, `INTERVAL 1 HOUR`. */
function typedLiteralEnd(tokens: readonly Token[], at: number): number | undefined {
  const value = tokens[at + 1]?.kind
  if (wordsAt(tokens, at, 'interval') && (value === 'string' || value === 'number')) {
    const unit = tokens[at + 2]
    return unit?.kind === 'word' && intervalUnits.test(unit.value) ? at + 3 : at + 2
  }
  return value === 'string' ? at + 2 : undefined
}

const intervalUnits = /^(microsecond|millisecond|second|minute|hour|day|week|month|quarter|year)s?$/

const after = (at: number | undefined): number | undefined => (at === undefined ? undefined : at + 1)
