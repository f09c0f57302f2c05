import { z } from 'zod'

/** Counts and offsets are text: they may exceed what a JavaScript number holds. */
export const decimal = (description: string) => z.string().regex(/^\d+$/).describe(description)

/** ISO 8601. */
export const time = (description: string) => z.string().describe(description)

export const reference = z.strictObject({ kind: z.string(), name: z.string() }).meta({ id: 'Reference' })

export function items<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item).readonly() })
}

export function page<Item extends z.ZodType>(item: Item) {
  return items(item).extend({ next: z.string().nullable().describe('For the next page; null at the last.') })
}
