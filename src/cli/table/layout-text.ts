import type { LayoutField } from '../../lake/history/schema-history.ts'

/** `day(ts)`, `bucket[16](id)`, `region`; with its order in a sort order. */
export function layoutText({ column, transform, order }: LayoutField): string {
  const bare = transform === 'identity' ? column : `${transform}(${column})`
  return order === null ? bare : `${bare} ${order}`
}
