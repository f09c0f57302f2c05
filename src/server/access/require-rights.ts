import type { FastifyInstance, FastifyRequest } from 'fastify'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import type { CatalogTarget } from '../../lake/catalog/access/catalog-access.ts'
import { findTable } from '../find-table.ts'
import type { HttpServerOptions } from '../http-server-options.ts'
import { principalOf } from './request-principal.ts'
import { type RouteRule, routeRules } from './route-rules.ts'

type Parts = Pick<HttpServerOptions, 'access' | 'control'>

/** Whoever is no administrator is asked for rights before a request is read, by the rule of its route. WEIR-7015 */
export function requireRights(app: FastifyInstance, parts: Parts): void {
  app.addHook('onRequest', async (request) => {
    if (principalOf(request).kind === 'administrator') return
    const { url } = request.routeOptions
    // Where there is no route, that is the answer.
    if (url !== undefined) await check(request, ruleOf(request.method, url), parts)
  })
}

function ruleOf(method: string, url: string): RouteRule {
  return routeRules.get(`${method === 'HEAD' ? 'GET' : method} ${url}`) ?? catalogRule(url) ?? 'administrator'
}

/** The catalog decides about its own routes. */
function catalogRule(url: string): RouteRule | undefined {
  return url === '/iceberg/*' ? 'user' : undefined
}

async function check(request: FastifyRequest, rule: RouteRule, parts: Parts): Promise<void> {
  if (rule === 'anybody' || rule === 'user') return
  const { kind = 'table', name } = request.params as { readonly kind?: string; readonly name?: string }
  const isRelation = rule !== 'administrator' && /^(tables?|views?)$/.test(kind) && name !== undefined
  const principal = principalOf(request)
  if (!isRelation || principal.kind === 'administrator')
    throw new WeirError(
      'WEIR-7015',
      `${request.method} ${request.url.split('?', 1)[0]} is for administrators, and you are ${nameOf(request)}`,
    )
  const access = await parts.access?.accessOf(principal)
  if (access === undefined) return
  const target = await targetOf(parts, kind.startsWith('view') ? 'view' : 'table', name)
  if (target === undefined) return
  if (rule === 'knower of the relation' && access.sees(target)) return
  if (rule === 'reader of the rows' && access.readsRows(target)) return
  const refusal = access.refusal('table:read', target)
  if (refusal !== undefined) throw new WeirError('WEIR-7015', refusal)
}

function nameOf(request: FastifyRequest): string {
  const principal = principalOf(request)
  return principal.kind === 'user' ? `the user "${principal.name}"` : 'one'
}

/** Undefined where there is none: that is the answer then. */
async function targetOf({ control }: Parts, kind: 'table' | 'view', name: string): Promise<CatalogTarget | undefined> {
  try {
    if (kind === 'table') {
      const found = await findTable(control, name)
      return { namespace: [found.namespace], name: found.name }
    }
    const { spec } = await control.get({ kind, name })
    return { namespace: [(spec as { readonly namespace: string }).namespace], name }
  } catch (error) {
    if (asWeirError(error).code === 'WEIR-7001') return undefined
    throw error
  }
}
