/** Scheme of a location: `file` for `file:///x`, `file:/x` (as Java prints it) and plain `/x`; lower case otherwise. */
export function schemeOf(location: string): string {
  if (location.startsWith('/')) return 'file'
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(location)?.[1]?.toLowerCase() ?? ''
  return scheme === 's3a' || scheme === 's3n' ? 's3' : scheme
}

/** The absolute path of a local location. Locations are raw text: `%20` is three characters. */
export function pathOf(location: string): string {
  if (location.startsWith('/')) return location
  return location.replace(/^file:(\/\/(?=\/))?/i, '')
}

/** The location of an absolute local path. */
export function locationOf(path: string): string {
  return `file://${path}`
}

/** Joins without doubling the slash. */
export function under(location: string, ...names: readonly string[]): string {
  return [location.replace(/\/+$/, ''), ...names].join('/')
}
