import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDuration } from '../../kernel/units.ts'
import { secret } from '../../index.ts'
import { defineProject } from './define-project.ts'

void test('a size that is none, and one that is too small, are said with their key and their line', () => {
  const of = (memory: { readonly log?: string; readonly engine?: string }) => () =>
    defineProject({ name: 'sizes', resources: [], memory })
  const wrong = [
    [of({ log: 'abc' }), /project: memory\.log .*"abc" is not a size/],
    [of({ engine: 'much' }), /project: memory\.engine .*"much" is not a size/],
    [of({ engine: '1 MB' }), /project: memory\.engine .*at least 512 MB/],
  ] as const
  for (const [declare, message] of wrong)
    assert.throws(declare, (error: Error & { readonly code: string; readonly at?: string }) => {
      assert.match(error.message, message)
      assert.equal(error.code, 'WEIR-1003')
      assert.match(error.at ?? '', /settings\.test\.ts:\d+/)
      return true
    })
})

const key = secret('key', { fromEnv: 'KEY' })
const own = { certificate: 'a.pem', key: 'a.key' }
const withClients = { ...own, clientCertificates: 'required', clientAuthorities: 'ca.pem' } as const

/** What was written, and what is said of it. */
const nonsense: readonly (readonly [settings: object, message: RegExp])[] = [
  [{ diskBudget: '0 MB' }, /^project: diskBudget is "0 MB": it must be at least 64 MB$/],
  [{ diskBudget: '99999999 TB' }, /diskBudget is "99999999 TB": .* more than can be counted exactly/],
  [{ diskBudget: 5n }, /diskBudget is 5n: it takes a size as text, such as "64 MB"/],
  [{ offsetsRetention: '0 s' }, /offsetsRetention is "0 s": it must be at least 1 min/],
  [{ transactionTimeoutMax: '0 s' }, /transactionTimeoutMax is "0 s": it must be at least 1 s/],
  [{ transactionTimeoutMax: '25 days' }, /transactionTimeoutMax is "25 days": it must be at most 24 days/],
  [
    { environments: { prod: { offsetsRetention: '0 s' } } },
    /environments.prod.offsetsRetention is "0 s": it must be at least/,
  ],
  [{ defaultPartitions: Number.NaN }, /defaultPartitions is NaN: it takes a finite number/],
  [{ defaultPartitions: Infinity }, /defaultPartitions is Infinity: it takes a finite number/],
  [
    { streams: Promise.resolve({ users: {} }) },
    /project: streams is a Promise, which has no options in it; await it first/,
  ],
  [
    { streams: { authorization: new Map([['superUsers', ['ada']]]) } },
    /streams.authorization is a Map, which has no options/,
  ],
  ...['a:99999', 'a:0'].map((bad): [object, RegExp] => [
    { streams: { bootstrap: ['ok:9092', bad] } },
    new RegExp(`streams.bootstrap.1 is "${bad}": its port is ${bad.slice(2)}: ports go from 1 to 65535`),
  ]),
  ...[':9092', 'http://x:1', 'a b:1', 'a/b:1', 'a:', '::1:9092', '[x]:9092', ''].map((bad): [object, RegExp] => [
    { streams: { bootstrap: [bad] } },
    /streams.bootstrap.0 is ".*": write it like kafka-1:9092/,
  ]),
  [{ streams: { listeners: { a: { advertise: 'x:0' } } } }, /listeners.a.advertise is "x:0": its port is 0/],
  [
    { streams: { listeners: { a: { host: 'x:1' } } } },
    /listeners.a.host is "x:1": it is a name or an address without a port/,
  ],
  [
    { streams: { listeners: { 'a b': {} } } },
    /project: streams.listeners has the name "a b": a name is a letter, then/,
  ],
  [{ streams: { users: { '': key } } }, /project: streams.users has the name "": it cannot be empty/],
  [
    { streams: { listeners: { a: { sessionLifetime: '1 h' } } } },
    /listeners.a.sessionLifetime is "1 h": .* it takes sasl/,
  ],
  [
    { streams: { listeners: { a: { tls: { ...own, clientAuthorities: 'ca.pem' } } } } },
    /tls.clientAuthorities is "ca.pem": no client is asked for a certificate; set clientCertificates/,
  ],
  [
    { streams: { listeners: { a: { tls: { ...own, principals: ['DEFAULT'] } } } } },
    /tls.principals .* no client is asked/,
  ],
  [
    { streams: { listeners: { a: { tls: { ...own, principals: ['RULE:('] } } } } },
    /principals.0 .*is no rule for principals/,
  ],
  [
    { streams: { listeners: { a: {}, b: { advertise: 'kafka:9093' } } } },
    /listeners.b.advertise is "kafka:9093": without a port it listens on another one at each start/,
  ],
  [
    { streams: { listeners: { a: { port: 9092 }, b: { port: 9092 } } } },
    /listeners.b.port is 9092: the listener a has port 9092 too, and each takes its own/,
  ],
  [
    { streams: { listeners: { a: { port: 9092 }, b: { host: '::1', port: 9092 } } } },
    /listeners.b.port is 9092: the listener a has port 9092 too, .* whatever their hosts/,
  ],
  [{ streams: { users: { ada: key } } }, /streams.users is .*: nobody logs in by a password: no listener has sasl/],
  [
    { streams: { users: { ada: key }, listeners: { a: {}, b: { tls: withClients } } } },
    /streams.users is .*: no listener has sasl. Give one sasl: \['SCRAM-SHA-512'\], or leave users out/,
  ],
  [
    { streams: { authorization: { superUsers: ['User:ANONYMOUS', 'ada'] } } },
    /authorization.superUsers is .*: no client comes by the name ada: no listener has sasl or asks for clientCert/,
  ],
  [
    { objects: { location: 's3://lake/x', sessionToken: key } },
    /objects.sessionToken is .*: it belongs to temporary keys; set accessKeyId and secretAccessKey too/,
  ],
  [
    { catalog: { defaults: { a: '1', 'io-impl': 'x' }, overrides: { 'io-impl': 'y' } } },
    /catalog.defaults.io-impl is "x": overrides have it too, and go before/,
  ],
  [{ buckets: { 's3://lake/x': { sessionToken: key } } }, /buckets.s3:\/\/lake\/x.sessionToken is .*: it belongs to/],
  ...['', ' ', '\t', 'a\0b', 'a\nb'].flatMap((bad): [object, RegExp][] =>
    [
      { dataDirectory: bad },
      { environments: { prod: { dataDirectory: bad } } },
      { objects: { location: 's3://lake/x', cache: { directory: bad } } },
      { streams: { bootstrap: ['k:1'], tls: { authorities: bad } } },
    ].map((settings) => [
      settings,
      bad === ''
        ? /(dataDirectory|cache.directory|authorities) is "": it cannot be empty/
        : /(dataDirectory|cache.directory|authorities) is ".*": it is the path of a file or folder: visible characters/,
    ]),
  ),
]

for (const [settings, message] of nonsense)
  void test(`refused where it is declared: ${message.source}`, () => {
    assert.throws(() => defineProject({ name: 'nonsense', resources: [], ...settings }), { code: 'WEIR-1003', message })
  })

void test('a duration is one of whole milliseconds, and hosts and addresses are taken as people write them', () => {
  assert.equal(parseDuration('2.3 days'), 198_720_000)
  for (const bootstrap of [
    'kafka-1:9092',
    '127.0.0.1:1',
    '[::1]:65535',
    'kafka_1.example.com:9092',
    'bücher.example:9092',
  ])
    defineProject({ name: 'p', resources: [], streams: { bootstrap: [bootstrap] } })
  for (const dataDirectory of ['data', '/srv/weir data', '../α', ' x'])
    defineProject({ name: 'p', resources: [], dataDirectory })
  for (const host of ['::1', '0.0.0.0', 'kafka.example.com'])
    defineProject({ name: 'p', resources: [], streams: { listeners: { a: { host, port: 0 }, b: { host, port: 0 } } } })
})

void test('users and super users are taken where a listener lets somebody in by a name, one of several included', () => {
  const authorization = { superUsers: ['ada'] }
  for (const streams of [
    { users: { ada: key }, authorization, listeners: { a: {}, b: { sasl: ['PLAIN'] } } },
    { users: {}, authorization, listeners: { a: { tls: withClients } } },
    { authorization: { superUsers: ['ANONYMOUS'] } },
    { authorization: { superUsers: [] } },
  ] as const)
    defineProject({ name: 'p', resources: [], streams: streams as never })
})
