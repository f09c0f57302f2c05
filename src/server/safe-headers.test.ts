import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { InjectOptions } from 'fastify'
import { withHttpServer } from '../../test/support/http-server.ts'
import { routeRules } from './access/route-rules.ts'

const foreign = { host: '127.0.0.1:4000', origin: 'http://evil.example' }
/** `PUT /api/v1/tables/:name/refs/:ref` as a request. */
const requestOf = (route: string): { readonly method: NonNullable<InjectOptions['method']>; readonly url: string } => {
  const [method, path] = route.split(' ') as [NonNullable<InjectOptions['method']>, string]
  return { method, url: path.replaceAll(/:\w+/g, 'x').replace('*', 'x') }
}

void suite('what browsers may do with answers', () => {
  void test('INV-CO4: every answer is what it says it is, in no frame; a page loads and runs what is of this server alone', async () => {
    const consoleDirectory = mkdtempSync(join(tmpdir(), 'weir-console-'))
    writeFileSync(join(consoleDirectory, 'index.html'), '<!doctype html><title>Weir</title>')
    writeFileSync(join(consoleDirectory, 'weir.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    try {
      await withHttpServer({ consoleDirectory }, async (app) => {
        const urls = [
          '/',
          '/ledger',
          '/weir.svg',
          '/health',
          '/metrics',
          '/openapi.json',
          '/nothing.js',
          '/iceberg/v1/config',
        ]
        for (const url of [...urls, '/api/v1/resources', '/api/v1/nothing', '/api/v1/resources?prefx=a']) {
          const { headers } = await app.inject(url)
          assert.equal(headers['x-content-type-options'], 'nosniff', url)
          assert.equal(headers['referrer-policy'], 'no-referrer', url)
          assert.equal(headers['cross-origin-resource-policy'], 'same-origin', url)
          const policy = String(headers['content-security-policy'])
          assert.match(policy, /frame-ancestors 'none'/, url)
          if (url.startsWith('/api/')) assert.equal(headers['cache-control'], 'no-store', url)
          const isPage = url === '/' || url === '/ledger'
          assert.match(policy, isPage ? /default-src 'self'/ : /default-src 'none'/, url)
          if (!isPage) continue
          assert.match(
            policy,
            /object-src 'none'.*base-uri 'none'.*form-action 'self'.*require-trusted-types-for 'script'/,
          )
          assert.doesNotMatch(policy, /script-src|unsafe-eval|\*|https?:/)
        }
        const refused = await app.inject({ url: '/api/v1/resources', headers: foreign })
        assert.deepEqual([refused.statusCode, refused.headers['x-content-type-options']], [403, 'nosniff'])
        const proof = await app.inject({ method: 'POST', url: '/api/v1/verify', payload: {} })
        const events = await app.inject(`/api/v1/verify/${proof.json().id}/events`)
        assert.match(String(events.headers['content-type']), /event-stream/)
        assert.equal(events.headers['x-content-type-options'], 'nosniff')
      })
    } finally {
      rmSync(consoleDirectory, { recursive: true })
    }
  })

  void test('INV-CO3: no route is open to the page of another site, whatever it sends and whichever way a browser marks it', async () => {
    const token = 'the-token'
    await withHttpServer({ token }, async (app) => {
      const marks: readonly Readonly<Record<string, string>>[] = [
        foreign,
        { ...foreign, origin: 'null' },
        { ...foreign, origin: 'http://127.0.0.1:3000' },
        { host: foreign.host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
        { host: 'evil.example:4000' },
      ]
      for (const route of routeRules.keys())
        for (const mark of marks) {
          // As if the browser sent the cookie along after all.
          const headers = { ...mark, cookie: `weir_token=${token}`, 'content-type': 'application/json' }
          const { method, url } = requestOf(route)
          const answer = await app.inject({ method, url, headers, ...(method === 'GET' ? {} : { payload: '{}' }) })
          assert.equal(answer.statusCode, 403, `${route} with ${JSON.stringify(mark)}: ${answer.body}`)
          assert.match(answer.body, /WEIR-7009/)
        }
    })
  })
})
