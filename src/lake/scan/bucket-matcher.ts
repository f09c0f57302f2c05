import { primitiveOf } from '../../record/schema/primitive.ts'
import type { DataFile, PartitionValue } from '../manifest/data-file.ts'
import { bucketForm, bucketOf } from '../metadata/bucket.ts'
import type { PartitionSpec } from '../metadata/table-metadata.ts'

/** Whether a file is of a bucket in which the column's value can be; true for all files that are of none. */
export function bucketMatcher(
  fieldId: number,
  type: string,
  value: Exclude<PartitionValue, null>,
  specs: readonly PartitionSpec[],
): (file: Pick<DataFile, 'specId' | 'partition'>) => boolean {
  if (bucketForm(primitiveOf(type).name) === undefined) return () => true
  const bySpec = new Map(specs.map((spec) => [spec['spec-id'], bucketsOf(spec, fieldId, type, value)]))
  return ({ specId, partition }) =>
    bySpec.get(specId)?.every(({ at, bucket }) => partition[at] === undefined || partition[at] === bucket) ?? true
}

/** Where in the partition tuple the column's bucket stands, and which the value is in. */
function bucketsOf({ fields }: PartitionSpec, fieldId: number, type: string, value: Exclude<PartitionValue, null>) {
  return fields.flatMap(({ 'source-id': source, transform }, at) => {
    const count = source === fieldId ? /^bucket\[([1-9]\d*)\]$/.exec(transform)?.[1] : undefined
    return count === undefined ? [] : [{ at, bucket: bucketOf(type, Number(count), value) }]
  })
}
