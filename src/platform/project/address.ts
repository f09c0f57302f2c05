import { isIP, isIPv6 } from 'node:net'
import { z } from 'zod'

const portMax = 65_535
/** What a name of a host cannot have: what parts it from a port, a path or a user. */
const foreignToHosts = /[\s\p{C},:/?#@[\]\\]/u

/** A name or an address, without a port. */
export function host() {
  return z
    .string()
    .refine(
      (text) => isIP(text) !== 0 || isHostName(text),
      'it is a name or an address without a port: 0.0.0.0, ::1 or kafka.example.com',
    )
}

/** A host and a port to connect to: `kafka-1:9092`, `[::1]:9092`. */
export function address(example: string) {
  return z.string().superRefine((text, context) => {
    const fault = faultOf(text, example)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
  })
}

function faultOf(text: string, example: string): string | undefined {
  const { version6, name = '', port } = /^(?:\[(?<version6>.*)\]|(?<name>.*)):(?<port>\d+)$/.exec(text)?.groups ?? {}
  if (port === undefined || !(version6 === undefined ? isHostName(name) : isIPv6(version6)))
    return `write it like ${example}`
  const isPort = Number(port) >= 1 && Number(port) <= portMax
  return isPort ? undefined : `its port is ${port}: ports go from 1 to ${portMax}`
}

function isHostName(text: string): boolean {
  return text.length > 0 && text.length <= 253 && !foreignToHosts.test(text)
}
