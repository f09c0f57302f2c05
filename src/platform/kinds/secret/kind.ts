import { z } from 'zod'
import { path } from '../fields.ts'
import type { KindDefinition } from '../kind-definition.ts'
import type { SecretSource } from './secret-source.ts'

const secretSchema = z
  .strictObject({
    fromEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
      .optional()
      .describe('The environment variable of `weir up` that holds the value.'),
    fromFile: path().optional().describe('The file that holds the value, from the folder of the project.'),
  })
  .refine(({ fromEnv, fromFile }) => (fromEnv === undefined) !== (fromFile === undefined), {
    message: 'a secret has either fromEnv or fromFile',
  })

export type SecretSpec = z.output<typeof secretSchema>

export const secretKind: KindDefinition<SecretSpec> & { readonly kind: 'secret' } = {
  kind: 'secret',
  plural: 'secrets',
  summary: 'A value that is read when it is needed, and never stored or shown.',
  example: "secret('DB_PASSWORD', { fromEnv: 'DB_PASSWORD' })",
  schema: secretSchema,
  describe: (spec) => place(sourceOf(spec)),
  changes: (before, after) =>
    JSON.stringify(before) === JSON.stringify(after)
      ? []
      : [{ text: `${place(sourceOf(before))} to ${place(sourceOf(after))}`, destroys: null }],
  destroyedByRemoval: () => null,
  async reconcile({ spec }, { secrets }) {
    await secrets.read(sourceOf(spec))
  },
  remove: () => Promise.resolve(),
  status: ({ spec }, { secrets }) =>
    secrets.read(sourceOf(spec)).then(
      () => ({ source: place(sourceOf(spec)), present: true }),
      () => ({ source: place(sourceOf(spec)), present: false }),
    ),
}

export function sourceOf({ fromEnv, fromFile }: SecretSpec): SecretSource {
  return fromEnv === undefined ? { fromFile: fromFile! } : { fromEnv }
}

function place(source: SecretSource): string {
  return 'fromEnv' in source ? `environment variable ${source.fromEnv}` : `file ${source.fromFile}`
}
