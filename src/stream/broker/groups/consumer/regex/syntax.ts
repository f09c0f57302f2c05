/** What a regular expression says, as a tree. Characters are ASCII: names of topics have no others. */
export type Node =
  | { readonly kind: 'chars'; readonly chars: CharSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number }
  | { readonly kind: 'assertion'; readonly holds: Assertion }

export type Assertion = 'at start' | 'at end' | 'at word boundary' | 'within'

/** By code. */
export type CharSet = readonly boolean[]

const codes = Array.from({ length: 128 }, (_, code) => code)

export function charSet(has: (code: number) => boolean): CharSet {
  return codes.map((code) => has(code))
}

export function invert(chars: CharSet): CharSet {
  return charSet((code) => !chars[code])
}

export function union(sets: readonly CharSet[]): CharSet {
  return charSet((code) => sets.some((set) => set[code]))
}

export function ignoreCase(chars: CharSet): CharSet {
  return charSet((code) => {
    const letter = String.fromCharCode(code)
    return (
      Boolean(chars[letter.toLowerCase().charCodeAt(0)] ?? false) || Boolean(chars[letter.toUpperCase().charCodeAt(0)])
    )
  })
}

function matching(pattern: RegExp): CharSet {
  return charSet((code) => pattern.test(String.fromCharCode(code)))
}

export const wordChars = matching(/\w/)

/** Classes that are named by a letter after a backslash. */
export const perlClasses: Readonly<Record<string, CharSet>> = {
  d: matching(/\d/),
  D: matching(/\D/),
  s: matching(/[\t\n\f\r ]/),
  S: matching(/[^\t\n\f\r ]/),
  w: wordChars,
  W: matching(/\W/),
}

/** Classes that are named between colons, within brackets. */
export const posixClasses: Readonly<Record<string, CharSet>> = {
  alnum: matching(/[0-9A-Za-z]/),
  alpha: matching(/[A-Za-z]/),
  ascii: charSet(() => true),
  // oxlint-disable-next-line no-control-regex -- what the class is
  cntrl: matching(/[\x00-\x1f\x7f]/),
  blank: matching(/[\t ]/),
  digit: matching(/\d/),
  graph: matching(/[!-~]/),
  lower: matching(/[a-z]/),
  print: matching(/[ -~]/),
  punct: matching(/[!-/:-@[-`{-~]/),
  space: matching(/[\t\n\v\f\r ]/),
  upper: matching(/[A-Z]/),
  word: wordChars,
  xdigit: matching(/[0-9A-Fa-f]/),
}

/** General categories of Unicode, as far as ASCII has any of them. */
export const unicodeClasses: Readonly<Record<string, CharSet>> = Object.fromEntries(
  [
    'L',
    'Lu',
    'Ll',
    'Lt',
    'Lm',
    'Lo',
    'M',
    'N',
    'Nd',
    'Nl',
    'No',
    'P',
    'Pc',
    'Pd',
    'Pe',
    'Po',
    'Ps',
    'S',
    'Sc',
    'Sk',
    'Sm',
    'Z',
    'Zs',
    'C',
    'Cc',
    'Latin',
  ].map((name) => [name, matching(new RegExp(name === 'Latin' ? '\\p{Script=Latin}' : `\\p{${name}}`, 'u'))] as const),
)
