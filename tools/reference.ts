// Writes docs/reference from the declarations: node tools/reference.ts. test/reference.test.ts fails when a page is not current.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { cliReference } from '../src/cli/cli-reference.ts'
import { catalogue } from '../src/kernel/errors/catalogue.ts'
import type { CodeDefinition } from '../src/kernel/errors/code-definition.ts'
import { silentLogger } from '../src/kernel/logger.ts'
import { specJsonSchema } from '../src/platform/kinds/json-schema.ts'
import { kinds } from '../src/platform/kinds/registry.ts'
import { projectSchema } from '../src/platform/project/define-project.ts'
import { createHttpServer } from '../src/server/create-http-server.ts'
import { answerTypes } from './answer-types.ts'
import { enginesSection } from './engines-reference.ts'
import { kafkaPage } from './kafka-reference.ts'
import { markdownTable } from './markdown-table.ts'

interface Json {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Json[]
  readonly properties?: Readonly<Record<string, Json>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Json | boolean
  readonly items?: Json
  readonly minimum?: number
  readonly maximum?: number
  readonly unit?: string
  readonly reference?: string
}

interface OpenApi {
  readonly paths?: Readonly<Record<string, object>>
  readonly components?: { readonly schemas?: object }
}

const note = '<!-- Made by tools/reference.ts from the declarations; do not edit. -->'

/** Every page by its path. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const api = await describedApi()
  return new Map([
    ['docs/reference/errors.md', errorsPage()],
    ['docs/reference/kinds.md', kindsPage()],
    ['docs/reference/project.md', projectPage()],
    ['docs/reference/http.md', httpPage(api)],
    ['docs/reference/cli.md', cliReference()],
    ['docs/reference/engines.md', enginesPage()],
    kafkaPage(),
    ['console/src/api/answers.ts', answerTypes((api.components?.schemas ?? {}) as never)],
  ])
}

function errorsPage(): string {
  const entries = Object.entries(catalogue as Readonly<Record<string, CodeDefinition>>).toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  )
  const rows = entries.map(([code, { cause, remedy, kind, retryable }]) => [
    `\`${code}\``,
    kind,
    `${cause}${retryable ? ' The same call may succeed later.' : ''}`,
    remedy,
  ])
  return page(
    'Errors',
    'Every error has a code that never changes its meaning; `weir explain CODE` shows its entry.',
    markdownTable(['Code', 'Kind', 'What happened', 'What to do'], rows),
  )
}

function kindsPage(): string {
  const sections = kinds.map((kind) => {
    const json = specJsonSchema(kind) as Json
    return `## ${kind.kind}\n\n${kind.summary}\n\n\`\`\`ts\n${kind.example}\n\`\`\`\n\n${optionTable(json)}`
  })
  return page(
    'Kinds of resources',
    'What a project declares. Each takes `tags` besides its options.',
    sections.join('\n\n'),
  )
}

function projectPage(): string {
  const json = z.toJSONSchema(projectSchema, { io: 'input', unrepresentable: 'any' }) as Json
  return page('Project', 'Options of `defineProject` in weir.config.ts.', optionTable(json))
}

function optionTable(json: Json): string {
  return markdownTable(['Option', 'Value', 'Default', 'Meaning'], optionRows(json, ''))
}

function optionRows({ properties = {}, required = [] }: Json, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([name, option]) => {
    const path = `${prefix}${name}`
    const absent = required.includes(name) ? 'required' : ''
    const shown =
      option.default === undefined || typeof option.default === 'object'
        ? absent
        : `\`${JSON.stringify(option.default)}\``
    const inner = option.additionalProperties
    return [
      [`\`${path}\``, valueOf(option), shown, option.description ?? ''],
      ...optionRows(objectIn(option), `${path}.`),
      ...(typeof inner === 'object' ? optionRows(objectIn(inner), `${path}.NAME.`) : []),
    ]
  })
}

function objectIn(json: Json): Json {
  return json.anyOf?.find(({ properties }) => properties) ?? json
}

function valueOf(json: Json): string {
  if (json.reference !== undefined) return `a ${json.reference}`
  if (json.enum) return json.enum.map((value) => JSON.stringify(value)).join(', ')
  if (json.const !== undefined) return JSON.stringify(json.const)
  if (json.anyOf) return json.anyOf.map(valueOf).join(' or ')
  if (json.unit !== undefined) return json.unit
  if (json.type === 'array') return `list of ${valueOf(json.items ?? {})}`
  if (json.type === 'object') return 'object'
  const range = json.type === 'integer' ? ` from ${json.minimum} to ${json.maximum}` : ''
  return `${json.type ?? 'resource'}${range}`
}

function enginesPage(): string {
  const intro = [
    'What other engines do with the tables of a Weir, through its Iceberg catalog, and who reads it then. Each cell is held by `npm run conformance -- --only engines`: the engine at the head does it, and then Weir (by SQL), Spark, Trino and PyIceberg must read the same rows; what is said to be refused must be refused. `engines-s3` does the same on tables that lie in S3. `keyed`, `spark-keyed`, `trino-keyed` and `keyed-s3` have them read tables with a key that deliveries upsert into, and `tpch` asks the 22 queries of TPC-H of Weir and of Spark over the tables of Weir: at scale 1 both give the published answers. Rows are of every type that all four write, in tables of format version 2 where nothing else is said.',
    "Rows in Avro, which Spark writes with `write.format.default=avro`, are read and changed by Weir as those in Parquet, and compaction writes them anew as Parquet: held by files of Apache Iceberg 1.11's own writer (`src/lake/avro-rows/golden-files.test.ts`) and, for Spark, by `avro-rows` and `avro-rows-s3`, not by the table below.",
    "Rows in ORC are refused with the name of the file; Spark makes them readable by `ALTER TABLE t SET TBLPROPERTIES ('write.format.default'='parquet')` and `CALL system.rewrite_data_files(table => 't', options => map('rewrite-all', 'true'))`.",
  ].join(' ')
  return page('Engines on the same tables', intro, enginesSection())
}

/** Nothing is asked of the parts: the routes are only described. */
async function describedApi(): Promise<OpenApi> {
  const operations = { verifier: {}, process: {} }
  const app = await createHttpServer({ host: '127.0.0.1', logger: silentLogger, operations } as never)
  await app.ready()
  const api = app.swagger()
  await app.close()
  return api as OpenApi
}

function httpPage({ paths = {} }: OpenApi): string {
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { summary?: string }>).map(([method, { summary = '' }]) => [
      `\`${method.toUpperCase()} ${path}\``,
      summary,
    ]),
  )
  const intro =
    'The whole description, with every parameter, is served at `/openapi.json`; the Iceberg REST catalog is at `/iceberg/v1`. Errors are `{"error": {code, message, remedy, details}}`.'
  return page(
    'HTTP API',
    intro,
    markdownTable(
      ['Request', 'What it does'],
      rows.toSorted(([a], [b]) => (a! < b! ? -1 : 1)),
    ),
  )
}

function page(title: string, intro: string, body: string): string {
  return `${note}\n\n# ${title}\n\n${intro}\n\n${body}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync('docs/reference', { recursive: true })
  for (const [path, text] of await referencePages()) writeFileSync(path, text)
}
