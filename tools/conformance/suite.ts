import type { Endpoints } from '../../test/support/running-weir.ts'

export interface Suite {
  readonly name: string
  readonly what: string
  /** Part of what each change must pass. */
  readonly quick: boolean
  /** Starts what it needs by itself. */
  readonly alone?: true
  readonly needs: readonly string[]
  /** Of the Weir that is started for it; an empty one without it. */
  readonly project?: string
  readonly command: (weir: Endpoints | undefined) => readonly string[]
  readonly env?: (weir: Endpoints | undefined) => Readonly<Record<string, string>>
}

type Command = readonly string[]

/** A program of this repository. */
export function run(program: string, ...words: readonly string[]): Command {
  return [process.execPath, program, ...words]
}

/** The same with an S3 server beside it. */
export function withS3(program: string, ...words: readonly string[]): Command {
  return run('tools/conformance/with-s3.ts', 'gateway', ...run(program, ...words))
}

/** The same with another one, of those that `with-s3.ts` knows. */
export function withOtherS3(server: string, program: string, ...words: readonly string[]): Command {
  return run('tools/conformance/with-s3.ts', server, ...run(program, ...words))
}

/** The same with the address of a catalog that is there for it alone. */
export function withCatalog(program: string): Command {
  return run('tools/conformance/with-catalog.ts', ...run(program, '{}'))
}
