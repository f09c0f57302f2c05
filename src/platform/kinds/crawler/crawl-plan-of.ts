import { isAbsolute, normalize, resolve, sep } from 'node:path'
import { realpathSync } from 'node:fs'
import type { CrawlPlan } from '../../../crawler/crawl-plan.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { bucketAccessOf, isInBucket } from '../../lake/bucket-access.ts'
import type { ProjectSettings } from '../../project/project.ts'
import type { CrawlerSpec } from './schema.ts'

/** What a declared crawler does. WEIR-4022 for a folder or a bucket that is not allowed. */
export function crawlPlanOf(
  crawler: string,
  spec: CrawlerSpec,
  projectDirectory: string,
  settings: Pick<ProjectSettings, 'objects' | 'buckets'>,
): CrawlPlan {
  const { csv, sampleRows } = spec
  return {
    crawler,
    ...(isInBucket(spec.path)
      ? { folder: spec.path.replace(/\/+$/, ''), bucket: bucketAccessOf(crawler, spec.path, settings, true) }
      : { folder: folderOf(crawler, spec, projectDirectory) }),
    format: spec.format ?? null,
    csv: {
      delimiter: csv.delimiter ?? null,
      header: csv.header ?? null,
      quote: csv.quote,
      nullValues: csv.nullValues,
    },
    partitions: spec.partitions,
    columns: spec.columns,
    onDrift: spec.onDrift,
    exclude: spec.exclude,
    sampleRows: sampleRows === 'all' ? null : sampleRows,
  }
}

/** Whether the path of a folder as it is written leads out of the project. */
export function leadsOutside(path: string): boolean {
  return isAbsolute(path) || normalize(path).split(sep)[0] === '..'
}

/** Links are followed here, for a link in the project may lead out of it too. */
function folderOf(crawler: string, { path, outside }: CrawlerSpec, projectDirectory: string): string {
  const folder = resolve(projectDirectory, path)
  if (outside) return folder
  const [real, home] = [realOf(folder), realOf(projectDirectory)]
  if (real === home || real.startsWith(`${home}${sep}`)) return folder
  throw new WeirError(
    'WEIR-4022',
    `crawler "${crawler}": ${path} is ${real}, which is outside the project. Say outside: true in the project file if that is meant`,
  )
}

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // What is not there is told by who lists it.
    return path
  }
}
