import { WeirError } from '../../kernel/errors/weir-error.ts'
import { shownValue } from './shown-value.ts'

/** What a name may look like, and the words for it. */
export interface NameRule {
  readonly pattern: RegExp
  /** `letters, digits, _ and -; …` */
  readonly rule: string
}

export const sqlName: NameRule = {
  pattern: /^[A-Za-z][A-Za-z0-9_-]{0,127}$/,
  rule: 'a letter, then letters, digits, _ and -, at most 128',
}

const anyName: NameRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/,
  rule: 'letters, digits, ., _ and -, beginning with a letter or digit, at most 200',
}

/** WEIR-1008 */
export function checkName(
  { kind, nameRule = anyName }: { readonly kind: string; readonly nameRule?: NameRule },
  name: unknown,
  at?: string,
): void {
  if (typeof name === 'string' && nameRule.pattern.test(name)) return
  throw new WeirError('WEIR-1008', `${kind}: the name ${shownValue(name)} cannot be used; a name is ${nameRule.rule}`, {
    ...(at === undefined ? {} : { at }),
  })
}
