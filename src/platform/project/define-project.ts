import { z } from 'zod'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { checkSpec } from '../kinds/check-spec.ts'
import { isDeclaration, type Declaration } from '../kinds/declaration.ts'
import { formatSite, siteOfCall, siteOfOption } from '../kinds/declaration-site.ts'
import { environmentSchema, settingsSchema, type SettingsInput } from './settings.ts'

const brand = Symbol.for('weir.project')

/** Options of `defineProject`. */
export interface ProjectOptions extends SettingsInput {
  /** Letters, digits, `_` and `-`. SQL clients find one database, `weir`, whatever the name. */
  readonly name: string
  /** What the project consists of. Resources that are referred to belong here too. */
  readonly resources: readonly Declaration[]
  /** Settings that differ by place, chosen with `--env NAME`. */
  readonly environments?: Readonly<Record<string, Partial<SettingsInput>>>
}

export const projectSchema = settingsSchema.extend({
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'a name is a letter, then letters, digits, _ and -')
    .describe('The name of the project. SQL clients find one database, `weir`, whatever it is.'),
  resources: z
    .array(
      z.custom<Declaration>(
        isDeclaration,
        'resources are values of stream(…), table(…), delivery(…), crawler(…), view(…), policy(…), secret(…)',
      ),
    )
    .describe('What the project consists of.'),
  environments: z
    .record(z.string(), environmentSchema)
    .default({})
    .describe('Settings that differ by place, chosen with --env NAME.'),
})

/** What a project file exports. */
export interface ProjectDeclaration {
  readonly at: string | undefined
  readonly options: z.output<typeof projectSchema>
}

/**
 * The project: `export default defineProject({ name: 'shop', resources: [orders, ordersTable, load] })`.
 * WEIR-1003 and 1004 name file, line and the nearest valid option; WEIR-1006 a resource that is there twice.
 */
export function defineProject(options: ProjectOptions): ProjectDeclaration {
  const site = siteOfCall()
  const locate = (path: readonly PropertyKey[]) => site && formatSite(siteOfOption(site, path))
  const checked = checkSpec(projectSchema, 'project', options, locate)
  const seen = new Map<string, Declaration>()
  for (const resource of checked.resources) {
    const { kind, name, at } = resource
    const twin = seen.get(`${kind}/${name}`)
    if (twin)
      throw new WeirError(
        'WEIR-1006',
        `${kind} "${name}" is declared twice, also at ${twin.at ?? 'another place'}. Rename one`,
        {
          ...(at === undefined ? {} : { at }),
        },
      )
    seen.set(`${kind}/${name}`, resource)
  }
  return Object.freeze({ [brand]: true, at: site && formatSite(site), options: checked })
}

export function isProjectDeclaration(value: unknown): value is ProjectDeclaration {
  return typeof value === 'object' && value !== null && brand in value
}
