import type { FastifyRequest } from 'fastify'

/** That of `/?token=…`, and that of whoever signs in. */
export const tokenCookie = 'weir_token'

/** Browsers keep cookies by host alone, and several Weirs listen on one. */
export function sessionCookie({ headers }: Pick<FastifyRequest, 'headers'>): string {
  return `weir_session_${/:(\d+)$/.exec(headers.host ?? '')?.[1] ?? 'default'}`
}

export function cookieOf(header: string | undefined, name: string): string | undefined {
  const value = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
  try {
    return value === undefined ? undefined : decodeURIComponent(value.slice(name.length + 1))
  } catch {
    return undefined
  }
}

/** One that scripts cannot read and other sites cannot send; without a value it is taken back. */
export function setCookie(
  name: string,
  value: string | undefined,
  { protocol }: Pick<FastifyRequest, 'protocol'>,
): string {
  const secure = protocol === 'https' ? '; Secure' : ''
  const content = value === undefined ? '; Max-Age=0' : ''
  return `${name}=${encodeURIComponent(value ?? '')}; HttpOnly; SameSite=Strict; Path=/${secure}${content}`
}
