import { z } from 'zod'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ResourceFilter } from '../../platform/control/control-plane.ts'
import { resourceState } from '../answers/resource.ts'

/** Which resources are listed, page by page. */
export const resourceFilter = z.strictObject({
  kind: z.string().optional(),
  prefix: z.string().optional().describe('Only names that begin so.'),
  tag: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('key=value; several must all be there.'),
  state: resourceState.optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  cursor: z.string().optional().describe('next of the page before.'),
})

/** WEIR-7007 for a tag that is no pair. */
export function resourceFilterOf({ tag, ...rest }: z.output<typeof resourceFilter>): ResourceFilter {
  const pairs = [tag ?? []].flat().map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new WeirError('WEIR-7007', `the tag "${text}" is not key=value`)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return { ...given, ...(pairs.length === 0 ? {} : { tags: Object.fromEntries(pairs) }) }
}
