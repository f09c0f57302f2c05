import type { Patience } from './ask.ts'

/** 10 GB. */
export const cacheBytesDefault = 10e9

/**
 * Where S3 is, how it is asked, and how much of it is kept here. Without keys the usual chain of the AWS SDK applies
 * (environment, profile, role).
 */
export interface S3Settings {
  readonly endpoint?: string
  /** Without it the SDK's own: AWS_REGION, then the profile; `us-east-1` where an endpoint is named and neither says one. */
  readonly region?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  /** Of temporary keys. */
  readonly sessionToken?: string
  /** `http://host/bucket/key` instead of `http://bucket.host/key`. */
  readonly pathStyle?: boolean
  /** Local folder for copies that DuckDB reads; of one process at a time. */
  readonly cacheDirectory: string
  /** Bytes that the copies may take together; `cacheBytesDefault` without it. */
  readonly cacheBytesMax?: number
  /** Bytes of a part of a large object, 5 MiB at least: an object of more than one part is sent in parts. 16 MiB without it. */
  readonly partBytes?: number
  /** Parts and small files that are in memory at the same time, whoever sends them; 4 without it. */
  readonly partsInFlight?: number
  /** Milliseconds of silence after which a connection is given up and the request sent again; 30,000 without it. */
  readonly silenceMsMax?: number
  /** 8 attempts without it, after waits of a random part of 100 ms, doubled up to 5 s. */
  readonly patience?: Partial<Patience>
}
