/** A function whose answers, once made, stay: the `count` used last are kept. A failure is not kept. */
export function rememberLatest<T>(count: number, make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return (key) => {
    const found = known.get(key)
    known.delete(key)
    const value = found ?? make(key)
    known.set(key, value)
    if (!found) value.catch(() => known.get(key) === value && known.delete(key))
    if (known.size > count) known.delete(known.keys().next().value!)
    return value
  }
}
