import { z } from 'zod'
import { isDeclaration, type Declaration } from '../kinds/declaration.ts'
import { sourceOf, type SecretSpec } from '../kinds/secret/kind.ts'
import type { SecretSource } from '../kinds/secret/secret-source.ts'

/** `secret('name', { … })`; what crosses to other processes is where it comes from, never what it is. */
export const secretValue = (description: string) =>
  z
    .custom<Declaration<'secret'>>((value) => isDeclaration(value) && value.kind === 'secret', {
      message: "it takes secret('name', { fromEnv: … }) or { fromFile: … }, never the value itself",
      params: { secret: true },
    })
    .transform(({ spec }): SecretSource => sourceOf(spec as SecretSpec))
    .meta({ reference: 'secret', description })
