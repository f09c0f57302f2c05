import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import { primitiveNames } from '../../record/schema/primitive.ts'
import type { Field, IcebergType } from './type.ts'

const known = [...primitiveNames, 'decimal', 'fixed', 'list', 'map', 'struct']

/** Deeper than any table; without a limit a long text would end the stack. */
const depthMax = 64

/**
 * The type that a user writes: `long`, `decimal(9,2)`, `list<struct<sku: string, count: int>>`, `map<string, long>`.
 * `more` are names of types beside those of Iceberg. Nested fields are optional unless marked (`sku: string required`); their ids are 0 until a table assigns them.
 * Rejects with `WEIR-4007`, naming the nearest type.
 */
export function parseType(text: string, more: readonly string[] = []): IcebergType {
  const parser = new TypeParser(text, more)
  const type = parser.type()
  parser.end()
  return type
}

/** Recursive descent over one line; the class is its position. */
class TypeParser {
  readonly #text: string
  readonly #more: readonly string[]
  #at = 0
  #depth = 0

  constructor(text: string, more: readonly string[]) {
    this.#text = text
    this.#more = more
  }

  type(): IcebergType {
    if (++this.#depth > depthMax) this.#fail(`types may be nested ${depthMax} levels deep`)
    const type = this.#oneType()
    this.#depth--
    return type
  }

  #oneType(): IcebergType {
    const name = this.#match('a type', /[\p{L}\p{N}_$-]+/uy)[0].toLowerCase()
    if (name === 'list') return this.#list()
    if (name === 'map') return this.#map()
    if (name === 'struct') return this.#struct()
    if (name === 'decimal') return this.#decimal()
    if (name === 'fixed') return this.#fixed()
    if ((primitiveNames as readonly string[]).includes(name) || this.#more.includes(name)) return name
    const nearest = nearestName(name, known)
    return this.#fail(
      `${name} is not a type${nearest === undefined ? `; there are ${known.join(', ')}` : `; did you mean ${nearest}?`}`,
    )
  }

  end(): void {
    this.#space()
    if (this.#at < this.#text.length) this.#fail(`nothing may follow the type, found ${this.#text.slice(this.#at)}`)
  }

  #list(): IcebergType {
    this.#sign('<')
    const element = this.type()
    this.#sign('>')
    return { type: 'list', 'element-id': 0, element, 'element-required': false }
  }

  #map(): IcebergType {
    this.#sign('<')
    const key = this.type()
    this.#sign(',')
    const value = this.type()
    this.#sign('>')
    return { type: 'map', 'key-id': 0, key, 'value-id': 0, value, 'value-required': false }
  }

  #struct(): IcebergType {
    this.#sign('<')
    const fields: Field[] = []
    do {
      const name = this.#word('a field name')
      this.#sign(':')
      const type = this.type()
      const required = this.#takes(/required\b/y)
      // SQL does not tell names apart by case, so a struct with both could not be read.
      const twin = fields.find((field) => field.name.toLowerCase() === name.toLowerCase())
      if (twin !== undefined)
        this.#fail(
          twin.name === name ? `the field ${name} is there twice` : `${twin.name} and ${name} differ only by case`,
        )
      fields.push({ id: 0, name, required, type })
    } while (this.#takes(/,/y))
    this.#sign('>')
    return { type: 'struct', fields }
  }

  #decimal(): IcebergType {
    this.#sign('(')
    const precision = this.#number('the precision')
    this.#sign(',')
    const scale = this.#number('the scale')
    this.#sign(')')
    if (!(precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision))
      this.#fail(`decimal takes a precision of 1 to 38 and a scale of 0 to the precision`)
    return `decimal(${precision}, ${scale})`
  }

  #fixed(): IcebergType {
    const open = this.#takes(/\[/y) ? ']' : (this.#sign('('), ')')
    const length = this.#number('a length')
    this.#sign(open)
    if (!(length >= 1)) this.#fail('fixed takes a length in bytes')
    return `fixed[${length}]`
  }

  #word(what: string): string {
    const found = this.#match(what, /"((?:[^"]|"")+)"|[\p{L}\p{N}_$-]+/uy)
    return found[1]?.replaceAll('""', '"') ?? found[0]
  }

  #number(what: string): number {
    return Number(this.#match(what, /[0-9]{1,9}(?![\p{L}\p{N}_])/uy)[0])
  }

  #match(what: string, pattern: RegExp): RegExpExecArray {
    this.#space()
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return this.#fail(`${what} is expected at character ${this.#at + 1}`)
    this.#at = pattern.lastIndex
    return found
  }

  #sign(sign: string): void {
    this.#space()
    if (this.#text[this.#at] !== sign) this.#fail(`${sign} is expected at character ${this.#at + 1}`)
    this.#at++
  }

  #takes(pattern: RegExp): boolean {
    this.#space()
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text)) return false
    this.#at = pattern.lastIndex
    return true
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #fail(reason: string): never {
    throw new WeirError('WEIR-4007', `The type ${this.#text} cannot be read: ${reason}`)
  }
}
