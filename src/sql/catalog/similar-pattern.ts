import { sqlError } from '../sql-error.ts'

/** What a regular expression means something else by than SIMILAR TO. */
const onlyRegular = /^[.^$\\]$/
/** With a `]` that stands for itself. */
const bracketOpened = /\[\^?\]?/y
const characterClass = /\[:\w*:\]/y

/**
 * A pattern of SIMILAR TO (PostgreSQL's documentation, 9.7.2) as the regular expression that matches the whole of the same texts.
 * SQLSTATE 22025 for an escape of more than one character; an empty one escapes nothing. `position` is 1-based, of the pattern.
 */
export function similarPattern(pattern: string, escape: string, position: number): string {
  if (Array.from(escape).length > 1)
    throw sqlError('WEIR-6002', 'invalid escape string', {
      sqlstate: '22025',
      position,
      hint: 'Escape string must be empty or one character.',
    })
  let regular = ''
  let inBracket = false
  for (let at = 0; at < pattern.length;) {
    const character = String.fromCodePoint(pattern.codePointAt(at)!)
    const opened = inBracket ? '' : (matchAt(bracketOpened, pattern, at) ?? '')
    if (character === escape) {
      const escaped = pattern.codePointAt(at + escape.length)
      const next = escaped === undefined ? '' : String.fromCodePoint(escaped)
      regular += escapedCharacter(next)
      at += escape.length + next.length
    } else if (opened) {
      inBracket = true
      regular += opened
      at += opened.length
    } else {
      const written = (inBracket && matchAt(characterClass, pattern, at)) || character
      regular += inBracket ? written.replace('\\', '\\\\') : plainCharacter(written)
      if (written === ']') inBracket = false
      at += written.length
    }
  }
  return `(?s)(?:${regular})`
}

function matchAt(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at
  return expression.exec(text)?.[0]
}

function plainCharacter(character: string): string {
  if (character === '%') return '.*'
  if (character === '_') return '.'
  if (character === '(') return '(?:'
  return onlyRegular.test(character) ? `\\${character}` : character
}

/** PostgreSQL lets `\d` and its like be classes. */
function escapedCharacter(character: string): string {
  return /^[\x21-\x7e]$/.test(character) && character !== '_' ? `\\${character}` : character
}
