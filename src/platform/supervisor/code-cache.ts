import { fileURLToPath } from 'node:url'

/**
 * Where Node keeps what it made of our sources, so that a child starts at half the price. Beside the packages it is as safe as
 * they are; where that cannot be written, Node does without. A folder that the user named stays theirs.
 */
export function codeCache(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const folder = fileURLToPath(new URL('../../../node_modules/.cache/weir-code', import.meta.url))
  return { NODE_COMPILE_CACHE: folder, ...environment }
}
