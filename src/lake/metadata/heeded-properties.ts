import { nearestName } from '../../kernel/nearest.ts'

interface HeededProperty {
  readonly values: 'whole numbers' | 'numbers' | 'true or false'
  readonly least?: number
  readonly most?: number
  /** Of a number, where the table does not say. */
  readonly otherwise?: number
  readonly what: string
}

const hourMs = 3_600_000
const whole = (least: number, otherwise: number, what: string) =>
  ({ values: 'whole numbers', least, otherwise, what }) as const
const toggle = (what: string) => ({ values: 'true or false', what }) as const

/** Properties of a table that Weir goes by, under the names of Iceberg where it has one. All others are kept for engines that know them. */
export const heededProperties = {
  'history.expire.max-snapshot-age-ms': whole(1, 120 * hourMs, 'milliseconds that snapshots stay'),
  'history.expire.min-snapshots-to-keep': whole(1, 10, 'snapshots that stay whatever their age'),
  'history.expire.max-ref-age-ms': whole(1, Infinity, 'milliseconds that tags and branches stay'),
  'write.metadata.previous-versions-max': whole(1, 20, 'metadata files of before that are kept'),
  'write.metadata.delete-after-commit.enabled': toggle('whether older metadata files are removed'),
  'write.target-file-size-bytes': whole(1, 512 << 20, 'bytes that files are put together to'),
  'commit.manifest-merge.enabled': toggle('whether small manifests are put together'),
  'commit.manifest.min-count-to-merge': whole(1, 30, 'small manifests that are put together'),
  'commit.manifest.target-size-bytes': whole(1, 8 << 20, 'bytes that manifests are put together to'),
  'compaction.enabled': toggle('whether small files are put together'),
  'compaction.min-input-files': whole(2, 5, 'small files of a partition that are put together'),
  'compaction.deleted-rows-ratio': {
    values: 'numbers',
    least: 0,
    most: 1,
    otherwise: 0.3,
    what: 'share of deleted rows from which on a file is written anew',
  },
} as const satisfies Readonly<Record<string, HeededProperty>>

type NumberProperty = Exclude<keyof typeof heededProperties, `${string}.enabled`>

/** The number that a table says, or the default where it says none or another client's nonsense. */
export function numberProperty(properties: Readonly<Record<string, string>> | undefined, name: NumberProperty): number {
  const heeded: HeededProperty = heededProperties[name]
  const given = Number(properties?.[name] ?? Number.NaN)
  return Number.isFinite(given) && given >= (heeded.least ?? 0) ? given : heeded.otherwise!
}

/** Of these Weir knows every name: another one is a slip. */
const ownPrefixes = ['history.expire.', 'compaction.']

/** Why a table is not to be declared with this property; undefined where there is no reason. */
export function propertyTrouble(name: string, value: string): string | undefined {
  const heeded = (heededProperties as Readonly<Record<string, HeededProperty>>)[name]
  if (heeded === undefined) return unknownName(name)
  if (heeded.values === 'true or false')
    return value === 'true' || value === 'false' ? undefined : `${heeded.what}: true or false, not ${shown(value)}`
  const { least = 0, most = Number.MAX_SAFE_INTEGER, values } = heeded
  const pattern = values === 'numbers' ? /^\d{1,9}(\.\d{1,9})?$/ : /^\d{1,16}$/
  if (pattern.test(value) && Number(value) >= least && Number(value) <= most) return undefined
  return `${heeded.what}: ${values} from ${least} to ${most}, not ${shown(value)}`
}

function unknownName(name: string): string | undefined {
  if (!ownPrefixes.some((prefix) => name.startsWith(prefix))) return undefined
  const known = Object.keys(heededProperties).filter((one) => ownPrefixes.some((prefix) => one.startsWith(prefix)))
  const near = nearestName(name, known)
  return `there is no such property${near ? `; did you mean ${near}?` : `; there are ${known.join(', ')}`}`
}

function shown(value: string): string {
  return value === '' ? 'the empty text' : value.length > 40 ? `${value.slice(0, 40)}…` : value
}
