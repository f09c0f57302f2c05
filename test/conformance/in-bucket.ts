/** A project with its tables in a place of their own in the bucket of the S3 server of the environment, whose keys clients get. */
export function inBucket(project: string, place: string): string {
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket = 'weir', AWS_REGION: region = 'us-east-1' } = process.env
  if (endpoint === undefined) throw new Error('S3_ENDPOINT must name an S3 server')
  const objects = `objects: { location: 's3://${bucket}/${place}-${process.pid}', endpoint: '${endpoint}', region: '${region}',
    clients: { accessKeyId: secret('id', { fromEnv: 'AWS_ACCESS_KEY_ID' }), secretAccessKey: secret('key', { fromEnv: 'AWS_SECRET_ACCESS_KEY' }) } }`
  return project.replace('import {', 'import { secret,').replace('resources:', `${objects}, resources:`)
}

/** Java's Iceberg does what it is told to; these are the properties of a catalog for files in S3, with the keys that it hands out. */
export const vendedS3 = {
  'io-impl': 'org.apache.iceberg.aws.s3.S3FileIO',
  'header.X-Iceberg-Access-Delegation': 'vended-credentials',
} as const
