import { WeirError } from '../../../../kernel/errors/weir-error.ts'

/** Makes the name of a user from the subject of its certificate. */
export type PrincipalRule = (subject: string) => string | undefined

const form = /^RULE:(?<pattern>(?:[^/\\]|\\.)*)\/(?<replacement>(?:[^/\\]|\\.)*)\/(?<letters>[LU]?)$/

/**
 * Kafka's ssl.principal.mapping.rules, one each: `RULE:^CN=(.*?),.*$/$1/L`, where L and U change letters, or DEFAULT, the subject as
 * it is. The first that fits counts. WEIR-1003 for one that is none.
 */
export function principalRule(text: string): PrincipalRule {
  if (text === 'DEFAULT') return (subject) => subject
  const { pattern = '', replacement = '', letters = '' } = form.exec(text)?.groups ?? {}
  const expression = expressionOf(pattern, text)
  const whole = new RegExp(`^(?:${pattern})$`)
  return (subject) => {
    if (!whole.test(subject)) return undefined
    const name = subject.replaceAll(expression, (...found: unknown[]) => filled(replacement, found))
    return letters === 'L' ? name.toLowerCase() : letters === 'U' ? name.toUpperCase() : name
  }
}

/** `$1` is what the first pair of parentheses found; what stands behind a backslash is itself. */
function filled(replacement: string, found: readonly unknown[]): string {
  return replacement.replaceAll(/\\(.)|\$(\d+)/g, (text, literal: string | undefined, group: string | undefined) => {
    if (literal !== undefined) return literal
    const value = found[Number(group)]
    return typeof value === 'string' ? value : text
  })
}

/** The name of the user; undefined when no rule fits, and the certificate is nobody's. Without rules it is the subject. */
export function nameBySubject(subject: string, rules: readonly PrincipalRule[]): string | undefined {
  if (rules.length === 0) return subject
  for (const rule of rules) {
    const name = rule(subject)
    if (name !== undefined) return name
  }
  return undefined
}

function expressionOf(pattern: string, text: string): RegExp {
  try {
    if (pattern !== '') return new RegExp(pattern, 'g')
  } catch {
    // As below.
  }
  throw new WeirError(
    'WEIR-1003',
    `"${text}" is no rule for principals: it is written RULE:pattern/replacement/, with L or U behind it, or DEFAULT`,
  )
}
