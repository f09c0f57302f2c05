interface Json {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Json[]
  readonly items?: Json
  readonly properties?: Readonly<Record<string, Json>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Json | boolean
}

const head = `// Made by tools/reference.ts from the schemas of the API's answers; do not edit.
// The console talks HTTP only, and a field that it names is one that the API has.
`

/** TypeScript of the components of an OpenAPI description: what the answers of the API look like. */
export function answerTypes(schemas: Readonly<Record<string, Json>>): string {
  const answers = Object.entries(schemas).filter(([name]) => /^[A-Z]/.test(name) && !name.endsWith('Input'))
  return [head, ...answers.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(declaration)].join('\n')
}

function declaration([name, schema]: readonly [string, Json]): string {
  if (schema.properties === undefined) return `export type ${name} = ${typeOf(schema)}\n`
  return `export interface ${name} ${objectOf(schema, '')}\n`
}

function objectOf({ properties = {}, required = [] }: Json, indent: string): string {
  const inner = `${indent}  `
  const fields = Object.entries(properties).map(([name, field]) => {
    const said = field.description === undefined ? '' : `${inner}/** ${field.description} */\n`
    const head = `${inner}readonly ${name}${required.includes(name) ? '' : '?'}:`
    const line = `${head} ${typeOf(field, inner)}`
    return `${said}${field.enum && line.length > widthMax ? `${head}${oneEach(field.enum, inner)}` : line}\n`
  })
  return `{\n${fields.join('')}${indent}}`
}

/** The formatter's width; a union that is longer has a line for each member. */
const widthMax = 120

function oneEach(members: readonly unknown[], indent: string): string {
  return members.map((value) => `\n${indent}  | '${String(value)}'`).join('')
}

function typeOf(schema: Json, indent = ''): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1)!
  if (schema.enum) return schema.enum.map((value) => `'${String(value)}'`).join(' | ')
  if (schema.anyOf) return schema.anyOf.map((each) => typeOf(each, indent)).join(' | ')
  if (schema.type === 'array') return `readonly ${elementOf(schema.items ?? {}, indent)}[]`
  if (schema.properties) return objectOf(schema, indent)
  if (schema.type === 'object')
    return `Readonly<Record<string, ${typeof schema.additionalProperties === 'object' ? typeOf(schema.additionalProperties, indent) : 'unknown'}>>`
  const types = [schema.type ?? 'unknown'].flat()
  return types.map((type) => (type === 'integer' ? 'number' : type)).join(' | ')
}

/** `readonly (readonly unknown[])[]`: what needs parentheses has them, and nothing else, as the formatter has it too. */
function elementOf(schema: Json, indent: string): string {
  const type = typeOf(schema, indent)
  const isUnion = [schema.enum, schema.anyOf, schema.type].some(
    (members) => Array.isArray(members) && members.length > 1,
  )
  return schema.$ref === undefined && (isUnion || schema.type === 'array') ? `(${type})` : type
}
