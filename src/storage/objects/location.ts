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

/** Whether a location lies under a root, `s3a:` and `s3:` being the same. Keys of S3 are raw text: no `..` goes up. */
export function liesUnder(root: string, location: string): boolean {
  return restUnder(root, location) !== undefined
}

/** What follows the root and its slash; undefined when the location does not lie under it. */
export function restUnder(root: string, location: string): string | undefined {
  const rest = (text: string): string => text.replace(/^([a-z0-9]+:)?\/*/i, '')
  const start = under(rest(root), '')
  const isUnder = schemeOf(root) === schemeOf(location) && rest(location).startsWith(start)
  return isUnder ? rest(location).slice(start.length) : undefined
}

/** The location of an absolute local path. */
export function locationOf(path: string): string {
  return `file://${path}`
}

/** Joins without doubling the slash. */
export function under(location: string, ...names: readonly string[]): string {
  return [location.replace(/\/+$/, ''), ...names].join('/')
}
