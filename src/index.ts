import type { z } from 'zod'
import { declarer, type Declaration } from './platform/kinds/declaration.ts'
import { crawlerKind } from './platform/kinds/crawler/kind.ts'
import type { crawlerSchema } from './platform/kinds/crawler/schema.ts'
import { deliveryKind, type deliverySchema } from './platform/kinds/delivery/kind.ts'
import { policyKind } from './platform/kinds/policy/kind.ts'
import type { policySchema } from './platform/kinds/policy/schema.ts'
import { secretKind } from './platform/kinds/secret/kind.ts'
import { streamKind, type streamSchema } from './platform/kinds/stream/kind.ts'
import { tableKind } from './platform/kinds/table/kind.ts'
import type { tableSchema } from './platform/kinds/table/schema.ts'
import { viewKind, type viewSchema } from './platform/kinds/view/kind.ts'

export { defineProject, type ProjectDeclaration, type ProjectOptions } from './platform/project/define-project.ts'
export type { Declaration } from './platform/kinds/declaration.ts'

export type StreamOptions = z.input<typeof streamSchema>
export type TableOptions = z.input<typeof tableSchema>
export type CrawlerOptions = z.input<typeof crawlerSchema>
export type ViewOptions = z.input<typeof viewSchema>
/** References are the resources themselves. */
export type DeliveryOptions = Omit<z.input<typeof deliverySchema>, 'from' | 'to'> & {
  readonly from: Declaration<'stream'>
  readonly to: Declaration<'table'>
}
/** Tables and views are themselves, or names and patterns: `sales.orders`, `sales.raw_*`, `sales.*`, `*`. */
export type PolicyOptions = Omit<z.input<typeof policySchema>, 'on'> & {
  readonly on: readonly (Declaration<'table'> | Declaration<'view'> | string)[]
}
/** Where the value comes from: an environment variable of `weir up`, or a file. Read when it is needed, never stored. */
export type SecretOptions = { readonly fromEnv: string } | { readonly fromFile: string }

/** A stream, which is a Kafka topic: `stream('orders', { partitions: 4, retention: '7 days', value: 'json' })`. */
export const stream = declarer<'stream', StreamOptions>(streamKind)

/** An Iceberg table: `table('orders', { columns: { id: 'uuid', placed_at: 'timestamptz' }, partitionBy: ['day(placed_at)'] })`. */
export const table = declarer<'table', TableOptions>(tableKind)

/** A named query: `view('orders_by_day', { sql: 'select …' })`. Checked against the tables by `weir plan`. */
export const view = declarer<'view', ViewOptions>(viewKind)

/** Carries a stream into a table, each record exactly once: `delivery('orders-to-lake', { from: orders, to: ordersTable })`. */
export const delivery = declarer<'delivery', DeliveryOptions>(deliveryKind)

/** A table of files that others write: `crawler('raw-sales', { path: './data/sales', table: 'sales', schedule: 'every hour' })`. */
export const crawler = declarer<'crawler', CrawlerOptions>(crawlerKind)

/**
 * Who may do what with which tables: `policy('analysts-read', { principals: [group('analysts')], allow: ['table:read'],
 * on: [orders], columns: { mask: ['customer'] } })`. A table that a policy names is for those alone whom one allows it.
 */
export const policy = declarer<'policy', PolicyOptions>(policyKind)

/** A user of the project, in the principals of policies. */
export const user = (name: string): string => `user:${name}`

/** The users of a group, in the principals of policies. */
export const group = (name: string): string => `group:${name}`

/** A value that stays outside: `secret('db-password', { fromEnv: 'DB_PASSWORD' })`. */
export const secret = declarer<'secret', SecretOptions>(secretKind)
