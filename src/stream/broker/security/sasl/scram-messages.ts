/** The messages of RFC 5802, section 7, as far as a server reads and writes them. All but undefined is well formed. */

export interface ClientFirst {
  /** As it will be repeated in the client's final message. */
  readonly gs2Header: string
  readonly authorizationId: string
  readonly user: string
  readonly nonce: string
  /** The message without its header: part of what is signed. */
  readonly bare: string
}

export interface ClientFinal {
  readonly channelBinding: string
  readonly nonce: string
  readonly proof: Buffer
  readonly withoutProof: string
}

const saslName = String.raw`(?:[^,=]|=2C|=3D)*`
const printable = String.raw`[\x21-\x2B\x2D-\x7E]+`
const value = '[^,]+'
const extensions = String.raw`(?:,[A-Za-z]=${value})*`
const base64 = String.raw`(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?`

/** `p=` asks for channel binding, and `m=` for an extension that one must understand: neither fits, so both are refused. */
const firstPattern = new RegExp(
  `^(?<header>[ny],(?:a=(?<authorization>${saslName}))?,)(?<bare>n=(?<user>${saslName}),r=(?<nonce>${printable})(?<rest>${extensions}))$`,
)
const finalPattern = new RegExp(
  `^(?<without>c=(?<binding>${base64}),r=(?<nonce>${printable})${extensions}),p=(?<proof>${base64})$`,
)

export function readClientFirst(token: Buffer): ClientFirst | undefined {
  const groups = firstPattern.exec(token.toString())?.groups
  if (!groups || /,m=/.test(groups['rest']!)) return undefined
  return {
    gs2Header: groups['header']!,
    authorizationId: unescapeName(groups['authorization'] ?? ''),
    user: unescapeName(groups['user']!),
    nonce: groups['nonce']!,
    bare: groups['bare']!,
  }
}

export function readClientFinal(token: Buffer): ClientFinal | undefined {
  const groups = finalPattern.exec(token.toString())?.groups
  if (!groups) return undefined
  return {
    channelBinding: Buffer.from(groups['binding']!, 'base64').toString(),
    nonce: groups['nonce']!,
    proof: Buffer.from(groups['proof']!, 'base64'),
    withoutProof: groups['without']!,
  }
}

export function serverFirst(nonce: string, salt: Buffer, iterations: number): string {
  return `r=${nonce},s=${salt.toString('base64')},i=${iterations}`
}

export function serverFinal(signature: Buffer): string {
  return `v=${signature.toString('base64')}`
}

function unescapeName(name: string): string {
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
