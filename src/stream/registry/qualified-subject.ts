/** A subject with the context that it is in: `:.ctx:orders-value` is `orders-value` in `.ctx`. */
export interface QualifiedSubject {
  /** Begins with a dot; `.` alone is the default one. */
  readonly context: string
  /** May be empty: then the whole context is meant. */
  readonly subject: string
  /** As it is stored: without context in the default one. */
  readonly full: string
}

export const defaultContext = '.'
/** Settings of all contexts. */
export const globalContext = `${defaultContext}__GLOBAL`
/** Subjects of every context. */
export const anyContext = ':*:'

export function qualify(text: string): QualifiedSubject {
  if (!text.startsWith(':.')) return inContext(defaultContext, text)
  const end = text.indexOf(':', 2)
  return end < 0 ? inContext(text.slice(1), '') : inContext(text.slice(1, end), text.slice(end + 1))
}

export function inContext(context: string, subject: string): QualifiedSubject {
  return { context, subject, full: `${prefixOf(context)}${subject}` }
}

/** What stands in front of a subject of the context. */
function prefixOf(context: string): string {
  return context === defaultContext ? '' : `:${context}:`
}

/** A subject as one schema refers to it: in the context of that schema, unless it names another. */
export function qualifyBeside(text: string, parent: string): QualifiedSubject {
  const own = qualify(text)
  return own.context === defaultContext ? inContext(qualify(parent).context, own.subject) : own
}

/** `ctx`, `.ctx`, `:.ctx:`, as paths have it. */
export function contextOf(text: string): string {
  const name = text.replace(/^:/, '').replace(/:$/, '')
  return name.startsWith('.') ? name : `.${name}`
}

/** Whether something can be registered under it. */
export function isValidSubject({ subject, context }: QualifiedSubject): boolean {
  const hasControls = /\p{Cc}/u.test(subject + context)
  return subject !== '' && !hasControls && subject !== '__GLOBAL' && subject !== '__EMPTY' && context !== globalContext
}
