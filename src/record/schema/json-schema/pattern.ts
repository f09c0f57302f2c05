import { createContext, Script, type Context } from 'node:vm'
import { InvalidSchema } from '../invalid-schema.ts'

/** Far longer than any honest search in a name takes, also on a busy machine; a pattern can be made to run for ever. */
const searchMs = 1000

/** Kept: each costs a millisecond, and half a megabyte. */
let context: Context | undefined

/** Whether the pattern is found in the text. Throws InvalidSchema for one that is none, or that does not come to an end. */
export function isFoundIn(pattern: string, text: string): boolean {
  try {
    context ??= createContext({})
    const script = new Script(`new RegExp(${JSON.stringify(pattern)}, 'u').test(${JSON.stringify(text)})`)
    return script.runInContext(context, { timeout: searchMs }) as boolean
  } catch (error) {
    throw new InvalidSchema(`the pattern ${pattern} cannot be searched for: ${(error as Error).message}`)
  }
}
