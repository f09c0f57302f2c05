const scheme = 'unix:'

/** Where a client of Weir's own finds the log: the path of a socket in the place of a host. No port belongs to it. */
export function internalAddress(path: string): { readonly host: string; readonly port: number } {
  return { host: `${scheme}${path}`, port: 0 }
}

/** As a bootstrap address: `unix:/…/kafka.sock`. */
export function internalBootstrap(path: string): string {
  return internalAddress(path).host
}

/** The path in such an address; undefined for a host of the network. */
export function internalPath(host: string): string | undefined {
  return host.startsWith(scheme) ? host.slice(scheme.length) : undefined
}
