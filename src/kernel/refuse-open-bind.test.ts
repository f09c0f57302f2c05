import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuseOpenBind } from './refuse-open-bind.ts'

const bind = (host: string, remedy?: string) => refuseOpenBind({ asked: `--host ${host}`, host, remedy })

void test('only loopback is taken without authentication: no name, no short form and no mapped address passes for it', () => {
  for (const host of ['127.0.0.1', '127.8.9.10', '::1', 'localhost']) bind(host, 'set a token')
  const others = ['0.0.0.0', '::', '', '0', '*', '10.0.0.1', '127.1', '127.0.0.1.example.org', '127.evil.example']
  const forms = ['localhost.example.org', 'LOCALHOST', '::ffff:0.0.0.0', '::ffff:10.0.0.1', 'fe80::1', '2130706433']
  for (const host of [...others, ...forms]) {
    assert.throws(() => bind(host, 'set a token'), { code: 'WEIR-2008', message: /set a token/ }, host)
    bind(host)
  }
})
