/** Trino's names of the types of `count` parameters out of the rows of DESCRIBE INPUT; `indexes` says which parameter each `?` is. */
export function parameterNames(
  rows: readonly (readonly unknown[])[],
  indexes: readonly number[],
  count: number,
): readonly (string | undefined)[] {
  const names: (string | undefined)[] = Array.from({ length: count }, () => undefined)
  for (const [position, type] of rows) {
    const index = indexes[Number(position)]
    if (index !== undefined && type !== 'unknown') names[index] ??= String(type)
  }
  return names
}
