/** What a backup and a restore say of tables whose files lie in a bucket. */
export function bucketText(bucket: string): string {
  return `The files of the tables are not in it: they lie in ${bucket}, and stay there. A restore finds each table as its backup names it for as
long as the bucket has those files; commits and maintenance go on removing what is old. Keep versions of the bucket's objects (S3
Versioning) for at least as long as backups.`
}
