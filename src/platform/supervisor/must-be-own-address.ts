import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { WeirError } from '../../kernel/errors/weir-error.ts'

/** WEIR-2009 for an address that this machine does not have, before anything is asked that only another one would need. */
/** `asked` is as the user said it: `--host 10.0.0.1`. */
export async function mustBeOwnAddress(host: string, asked: string): Promise<void> {
  const address = isIP(host) === 0 ? await addressOf(host, asked) : host
  if (address.startsWith('127.') || address === '::1' || address === '0.0.0.0' || address === '::') return
  const own = Object.values(networkInterfaces()).flatMap((each = []) => each.map((found) => found.address))
  if (own.includes(address)) return
  throw new WeirError(
    'WEIR-2009',
    `${asked} is no address of this machine. It has ${own.join(', ')}; 0.0.0.0 is all of them`,
  )
}

async function addressOf(name: string, asked: string): Promise<string> {
  try {
    return (await lookup(name)).address
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new WeirError(
      'WEIR-2009',
      `${asked} is neither an address nor a name that this machine knows (${code}). Use an address of it, such as 127.0.0.1`,
      { cause },
    )
  }
}
