import { KafkaRefusal } from '../../../kafka-refusal.ts'
import {
  charSet,
  ignoreCase,
  invert,
  perlClasses,
  posixClasses,
  unicodeClasses,
  union,
  type Assertion,
  type CharSet,
  type Node,
} from './syntax.ts'

interface Flags {
  readonly ignoreCase: boolean
}

const repeatMax = 1000
const anyChar = charSet(() => true)
const escapes: Readonly<Record<string, string>> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
const assertions: Readonly<Record<string, Assertion>> = {
  A: 'at start',
  z: 'at end',
  b: 'at word boundary',
  B: 'within',
}

/** RE2's syntax: no back-references and nothing that looks around, so that it can be matched in one pass. Throws INVALID_REGULAR_EXPRESSION. */
export function parseRegex(pattern: string): Node {
  const parser = new RegexParser(pattern)
  const node = parser.choice({ ignoreCase: false })
  if (!parser.isAtEnd) throw parser.refusal('unexpected )')
  return node
}

class RegexParser {
  readonly #pattern: string
  #at = 0
  #depth = 0

  constructor(pattern: string) {
    // What stands between \Q and \E means itself.
    this.#pattern = pattern.replaceAll(/\\Q(.*?)(?:\\E|$)|\\./gsu, (whole, quoted: string | undefined) =>
      quoted === undefined ? whole : quoted.replaceAll(/\W/gu, String.raw`\$&`),
    )
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#pattern.length
  }

  refusal(what: string): KafkaRefusal {
    return new KafkaRefusal(
      'INVALID_REGULAR_EXPRESSION',
      `SubscribedTopicRegex \`${this.#pattern}\` is not a valid regular expression: ${what} at ${this.#at}.`,
    )
  }

  choice(flags: Flags): Node {
    // Nested parentheses are nested calls.
    if (++this.#depth > repeatMax) throw this.refusal('expression nests too deeply')
    const options: Node[] = []
    let parts: Node[] = []
    let current = flags
    for (; !this.isAtEnd && this.#peek() !== ')';) {
      if (this.#take('|')) {
        options.push({ kind: 'sequence', parts })
        parts = []
        continue
      }
      const switched = this.#flagsAlone(current)
      if (switched) current = switched
      else parts.push(this.#repeated(current))
    }
    this.#depth--
    options.push({ kind: 'sequence', parts })
    return options.length === 1 ? options[0]! : { kind: 'choice', options }
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? ''
  }

  #next(): string {
    if (this.isAtEnd) throw this.refusal('missing end')
    return this.#pattern[this.#at++]!
  }

  #take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, 'y')
    sticky.lastIndex = this.#at
    const found = sticky.exec(this.#pattern)
    if (found) this.#at += found[0].length
    return found ?? undefined
  }

  /** `(?i)`: from here to the end of the group. */
  #flagsAlone(flags: Flags): Flags | undefined {
    const found = this.#match(/\(\?([imsU]*)(?:-([imsU]+))?\)/)
    return found && withFlags(flags, found[1]!, found[2] ?? '')
  }

  #repeated(flags: Flags): Node {
    const node = this.#atom(flags)
    const bounds = this.#quantifier()
    if (!bounds) return node
    if (this.#quantifier()) throw this.refusal('invalid nested repetition operator')
    return { kind: 'repeat', node, ...bounds }
  }

  /** With the question mark behind it, which says nothing about whether it matches. */
  #quantifier(): { min: number; max: number } | undefined {
    const bounds = this.#bounds()
    if (bounds) this.#take('?')
    return bounds
  }

  #bounds(): { min: number; max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Infinity }
    if (this.#take('+')) return { min: 1, max: Infinity }
    if (this.#take('?')) return { min: 0, max: 1 }
    const found = this.#match(/\{(\d{1,9})(,(\d{1,9})?)?\}/)
    if (!found) return undefined
    const min = Number(found[1])
    const max = found[2] === undefined ? min : found[3] === undefined ? Infinity : Number(found[3])
    if (min > repeatMax || (max !== Infinity && max > repeatMax) || min > max)
      throw this.refusal('invalid repeat count')
    return { min, max }
  }

  #atom(flags: Flags): Node {
    if (this.#take('(')) return this.#group(flags)
    if (this.#take('[')) return this.#chars(this.#bracket(), flags)
    if (this.#take('.')) return { kind: 'chars', chars: anyChar }
    if (this.#take('^')) return { kind: 'assertion', holds: 'at start' }
    if (this.#take('$')) return { kind: 'assertion', holds: 'at end' }
    const start = this.#at
    const char = this.#next()
    if ('*+?'.includes(char)) throw this.refusal('missing argument to repetition operator')
    if (char !== '\\') return this.#chars(only(char), flags)
    const holds = assertions[this.#peek()]
    this.#at = holds ? this.#at + 1 : start
    return holds ? { kind: 'assertion', holds } : this.#chars(this.#escaped(), flags)
  }

  #chars(chars: CharSet, flags: Flags): Node {
    return { kind: 'chars', chars: flags.ignoreCase ? ignoreCase(chars) : chars }
  }

  #group(flags: Flags): Node {
    let inner = flags
    const scoped = this.#match(/\?([imsU]*)(?:-([imsU]+))?:/)
    if (scoped) inner = withFlags(flags, scoped[1]!, scoped[2] ?? '')
    else if (this.#peek() === '?' && !this.#match(/\?P?<[A-Za-z_]\w*>/)) throw this.refusal('invalid perl operator')
    const node = this.choice(inner)
    if (!this.#take(')')) throw this.refusal('missing closing )')
    return node
  }

  /** What follows a backslash, and the backslash. */
  #escaped(): CharSet {
    this.#next()
    const hex = this.#match(/x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/)
    if (hex) return onlyCode(Number.parseInt(hex[1] ?? hex[2]!, 16))
    const octal = this.#match(/0[0-7]{0,2}|[1-7][0-7]{1,2}/)
    if (octal) return onlyCode(Number.parseInt(octal[0], 8))
    const category = this.#match(/([pP])(?:\{(\^?)(\w+)\}|(\w))/)
    if (category) return this.#category(category)
    const char = this.#next()
    const named = perlClasses[char]
    if (named) return named
    if (escapes[char] !== undefined) return only(escapes[char])
    if (/\w/.test(char)) throw this.refusal(`invalid escape sequence \\${char}`)
    return only(char)
  }

  #category([, letter, caret, long, short]: RegExpExecArray): CharSet {
    const chars = unicodeClasses[long ?? short ?? '']
    if (!chars) throw this.refusal('invalid character class range')
    return (letter === 'P') === (caret === '^') ? chars : invert(chars)
  }

  #bracket(): CharSet {
    const negated = this.#take('^')
    const sets: CharSet[] = []
    for (let first = true; first || this.#peek() !== ']'; first = false) sets.push(this.#bracketItem())
    this.#next()
    return negated ? invert(union(sets)) : union(sets)
  }

  #bracketItem(): CharSet {
    const posix = this.#match(/\[:(\^?)(\w+):\]/)
    if (posix) {
      const chars = posixClasses[posix[2]!]
      if (!chars) throw this.refusal('invalid character class range')
      return posix[1] === '^' ? invert(chars) : chars
    }
    const low = this.#bracketChar()
    if (!/^-[^\]]/.test(this.#pattern.slice(this.#at, this.#at + 2))) return low
    this.#next()
    const [from, to] = [codeOf(low), codeOf(this.#bracketChar())]
    if (from === undefined || to === undefined || from > to) throw this.refusal('invalid character class range')
    return charSet((code) => code >= from && code <= to)
  }

  #bracketChar(): CharSet {
    return this.#peek() === '\\' ? this.#escaped() : only(this.#next())
  }
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  return { ignoreCase: (flags.ignoreCase || on.includes('i')) && !off.includes('i') }
}

function only(char: string): CharSet {
  return onlyCode(char.codePointAt(0)!)
}

/** Beyond ASCII: a character that no name has. */
function onlyCode(wanted: number): CharSet {
  return charSet((code) => code === wanted)
}

/** Of a set of one. */
function codeOf(chars: CharSet): number | undefined {
  const code = chars.indexOf(true)
  return code >= 0 && code === chars.lastIndexOf(true) ? code : undefined
}
