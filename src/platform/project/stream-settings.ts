import { z } from 'zod'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import { parseDuration } from '../../kernel/units.ts'
import { duration, path } from '../kinds/fields.ts'
import { anonymous, principalText } from '../../stream/broker/security/principal.ts'
import { principalRule } from '../../stream/broker/security/tls/principal-rules.ts'
import type { SecretSource } from '../kinds/secret/secret-source.ts'
import type { KafkaTlsPlaces, SaslSettings } from '../streams/kafka-access.ts'
import { address, host } from './address.ts'
import { secretValue } from './secret-value.ts'

/** A path, or a secret. */
const pem = (description: string) =>
  z
    .union([path().transform((fromFile): SecretSource => ({ fromFile })), secretValue(description)])
    .meta({ description: `${description}: the path of a file in PEM, from the folder of the project, or a secret.` })

const principal = z.string().superRefine((text, context) => {
  try {
    principalRule(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: asWeirError(error).message })
  }
})

const tls = z
  .strictObject({
    certificate: pem('The certificate of the listener with its chain'),
    key: pem('Its private key'),
    clientCertificates: z
      .enum(['none', 'optional', 'required'])
      .default('none')
      .describe('Whether clients show certificates of their own. Their subject is then the user, as in Kafka.'),
    clientAuthorities: pem('Whose certificates of clients are taken').optional(),
    minVersion: z.enum(['1.2', '1.3']).default('1.2').describe('The oldest version of TLS that is spoken.'),
    principals: z
      .array(principal)
      .default([])
      .describe(
        "How a certificate's subject becomes the name of a user, as Kafka's ssl.principal.mapping.rules: RULE:^CN=(.*?),.*$/$1/L, DEFAULT. The subject itself without any.",
      ),
  })
  .refine(({ clientCertificates, clientAuthorities }) => clientCertificates === 'none' || clientAuthorities, {
    path: ['clientAuthorities'],
    message: 'certificates of clients need clientAuthorities, by whom they are signed',
  })
  .superRefine(({ clientCertificates, clientAuthorities, principals }, context) => {
    if (clientCertificates !== 'none') return
    const unused = clientAuthorities ? 'clientAuthorities' : principals.length > 0 ? 'principals' : undefined
    if (unused !== undefined)
      context.addIssue({
        code: 'custom',
        path: [unused],
        message:
          "no client is asked for a certificate; set clientCertificates to 'optional' or 'required', or leave it out",
      })
  })

/** To a Kafka of somebody else. */
const bootstrapTls = z
  .strictObject({
    authorities: pem('Whose certificates of brokers are taken, those that Node trusts without it').optional(),
    certificate: pem('A certificate that Weir shows to brokers').optional(),
    key: pem('Its private key').optional(),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    path: ['key'],
    message: 'certificate and key belong together',
  })

const bootstrapSasl = z.strictObject({
  mechanism: z.enum(['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN']).default('SCRAM-SHA-512').describe('How it logs in.'),
  user: z.string().min(1).describe('The name of the user.'),
  password: secretValue('The password.'),
})

const listener = z
  .strictObject({
    host: host()
      .default('127.0.0.1')
      .describe('Where it listens. Beyond loopback it takes sasl or required client certificates.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe('Its port; the first listener takes that of ports.kafka without one.'),
    advertise: address('kafka.example.com:9093')
      .optional()
      .describe('Where clients are told to connect: kafka.example.com:9093. Host and port without it.'),
    tls: tls.optional().describe('TLS; without it records pass in the clear.'),
    sasl: z
      .array(z.enum(['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN']))
      .min(1)
      .optional()
      .describe('Clients must log in, by one of these. PLAIN sends the password: beyond loopback it takes tls.'),
    sessionLifetime: duration({ least: '1 s' })
      .optional()
      .describe('After this a client has to log in again. As long as its connection without it.'),
  })
  .refine(({ port, advertise }) => port !== 0 || advertise === undefined, {
    path: ['advertise'],
    message: 'a port of 0 is another one at each start; set the port that is advertised',
  })
  .refine(({ sasl, sessionLifetime }) => sasl !== undefined || sessionLifetime === undefined, {
    path: ['sessionLifetime'],
    message: 'nobody logs in here, so nobody has to log in again; it takes sasl',
  })

/** How clients come by a name. */
function loginsOf(listeners: Readonly<Record<string, z.output<typeof listener>>>): {
  readonly byPassword: boolean
  readonly byCertificate: boolean
} {
  const all = Object.values(listeners)
  return {
    byPassword: all.some(({ sasl }) => sasl !== undefined),
    byCertificate: all.some(({ tls: given }) => given !== undefined && given.clientCertificates !== 'none'),
  }
}

/** Who comes without one. */
const nameless = principalText(anonymous)

const encryptionKey = z
  .union([
    secretValue('32 bytes in base64 or hex.'),
    z.strictObject({
      command: z
        .array(z.string().min(1))
        .min(1)
        .describe('A program that wraps keys: called with wrap or unwrap behind these, base64 in and base64 out.'),
      name: z.string().min(1).describe('Of the key, for messages, and to know it again.'),
    }),
  ])
  .meta({ reference: 'secret' })

export const streamsSchema = z
  .strictObject({
    bootstrap: z
      .array(address('kafka-1:9092'))
      .min(1)
      .optional()
      .describe(
        'Addresses of a Kafka that takes the place of the log: kafka-1:9092. Weir then runs no log of its own.',
      ),
    tls: bootstrapTls.optional().describe('With bootstrap: TLS to that Kafka. Without it records pass in the clear.'),
    sasl: bootstrapSasl.optional().describe('With bootstrap: how Weir logs in there.'),
    listeners: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a name is a letter, then letters, digits, _ and -'),
        listener,
      )
      .refine((all) => Object.keys(all).length > 0, 'name one at least, or leave listeners out')
      .superRefine((all, context) => {
        const later = Object.entries(all).slice(1)
        for (const [name, { port, advertise }] of later)
          if (port === undefined && advertise !== undefined)
            context.addIssue({
              code: 'custom',
              path: [name, 'advertise'],
              message: 'without a port it listens on another one at each start; set the port that is advertised',
            })
        const taken = new Map<number, string>()
        for (const [name, { port = 0 }] of Object.entries(all)) {
          const twin = taken.get(port)
          if (port !== 0 && twin !== undefined)
            context.addIssue({
              code: 'custom',
              path: [name, 'port'],
              message: `the listener ${twin} has port ${port} too, and each takes its own, whatever their hosts`,
            })
          taken.set(port, name)
        }
      })
      .optional()
      .describe('Where Kafka clients come in, by names of your own. One on loopback that asks nobody without it.'),
    users: z
      .record(z.string().min(1), secretValue('The password.'))
      .optional()
      .describe('Users that may log in, with their passwords. Others are made by weir user or any Kafka tool.'),
    authorization: z
      .strictObject({
        superUsers: z
          .array(z.string().min(1))
          .default([])
          .describe('Users that may do everything: admin, or a principal as User:CN=admin.'),
        allowEveryoneIfNoAcl: z
          .boolean()
          .default(false)
          .describe("What holds for a resource that no ACL is about; Kafka's allow.everyone.if.no.acl.found."),
      })
      .optional()
      .describe('ACLs are asked before each request. Without it every client may do everything.'),
    encryption: z
      .strictObject({
        key: encryptionKey.describe("The customer's key: a secret of 32 bytes, or a command of a KMS."),
        oldKeys: z
          .array(encryptionKey)
          .default([])
          .describe('Keys of before, until one start has wrapped what they wrapped with the new one.'),
      })
      .optional()
      .describe('Encrypts all that the log writes: docs/spec/security.md says what else there is.'),
  })
  .refine(
    ({ bootstrap, listeners, users, authorization, encryption }) =>
      !bootstrap || !(listeners ?? users ?? authorization ?? encryption),
    {
      path: ['bootstrap'],
      message: 'another Kafka has listeners, users, authorization and encryption of its own; leave them out',
    },
  )
  .refine(
    ({ listeners, users = {} }) => Object.keys(users).length === 0 || (listeners && loginsOf(listeners).byPassword),
    {
      path: ['users'],
      message:
        "nobody logs in by a password: no listener has sasl. Give one sasl: ['SCRAM-SHA-512'], or leave users out; users of SQL and HTTP are users of the project itself",
    },
  )
  .superRefine(({ listeners = {}, authorization }, context) => {
    const { byPassword, byCertificate } = loginsOf(listeners)
    const named = authorization?.superUsers.find((name) => principalOf(name) !== nameless)
    if (named === undefined || byPassword || byCertificate) return
    context.addIssue({
      code: 'custom',
      path: ['authorization', 'superUsers'],
      message: `no client comes by the name ${named}: no listener has sasl or asks for clientCertificates. Give one either, or leave superUsers out`,
    })
  })
  .refine(({ bootstrap, tls: given }) => bootstrap || !given, {
    path: ['tls'],
    message: 'it says how another Kafka is reached, so it takes bootstrap; the own log has tls in its listeners',
  })
  .refine(({ bootstrap, sasl }) => bootstrap || !sasl, {
    path: ['sasl'],
    message: 'it says how to log in to another Kafka, so it takes bootstrap; the own log has sasl in its listeners',
  })
  .refine(
    ({ bootstrap = [], tls: given, sasl }) => sasl?.mechanism !== 'PLAIN' || given || bootstrap.every(isLoopback),
    {
      path: ['sasl'],
      message: 'PLAIN sends the password as it is: beyond loopback it takes tls, or SCRAM-SHA-512',
    },
  )

type Streams = z.output<typeof streamsSchema>

/** As it is run: durations in milliseconds, addresses taken apart. */
export interface StreamSettings {
  readonly bootstrap?: readonly string[]
  readonly tls?: KafkaTlsPlaces
  readonly sasl?: SaslSettings
  readonly listeners?: readonly ListenerSettings[]
  readonly users?: Readonly<Record<string, SecretSource>>
  readonly authorization?: { readonly superUsers: readonly string[]; readonly allowEveryoneIfNoAcl: boolean }
  readonly encryption?: {
    readonly key: EncryptionKeySource
    readonly oldKeys: readonly EncryptionKeySource[]
  }
}

export type EncryptionKeySource = SecretSource | { readonly command: readonly string[]; readonly name: string }

export interface ListenerSettings {
  readonly name: string
  readonly host: string
  readonly port?: number
  readonly advertisedHost?: string
  readonly advertisedPort?: number
  readonly tls?: {
    readonly certificate: SecretSource
    readonly key: SecretSource
    readonly clientCertificates: 'none' | 'optional' | 'required'
    readonly clientAuthorities?: SecretSource
    readonly minVersion: '1.2' | '1.3'
    readonly principals: readonly string[]
  }
  readonly sasl?: readonly ('SCRAM-SHA-512' | 'SCRAM-SHA-256' | 'PLAIN')[]
  readonly sessionMs?: number
}

/** Properties may be undefined: it becomes JSON next. */
export function streamSettings(streams: Streams | undefined) {
  if (!streams) return undefined
  const { listeners, authorization, ...rest } = streams
  return {
    ...rest,
    authorization: authorization && { ...authorization, superUsers: authorization.superUsers.map(principalOf) },
    listeners:
      listeners &&
      Object.entries(listeners).map(([name, { advertise, sessionLifetime, ...one }]) => ({
        name,
        ...one,
        ...(advertise === undefined ? {} : addressOf(advertise)),
        sessionMs: sessionLifetime === undefined ? undefined : parseDuration(sessionLifetime),
      })),
  }
}

function isLoopback(address: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):/.test(address)
}

function addressOf(address: string): { readonly advertisedHost: string; readonly advertisedPort: number } {
  const colon = address.lastIndexOf(':')
  return {
    advertisedHost: address.slice(0, colon).replaceAll(/^\[|\]$/g, ''),
    advertisedPort: Number(address.slice(colon + 1)),
  }
}

/** A name alone is that of a user. */
function principalOf(name: string): string {
  return name.startsWith('User:') ? name : `User:${name}`
}
