/** An S3 server that was started for one command. */
export interface S3Server {
  /** For the environment of who uses it: `S3_ENDPOINT`, `S3_BUCKET`, keys and region; `S3_TAKES_UNSIGNED_HEADERS` where it does. */
  readonly settings: Readonly<Record<string, string>>
  /** Ends it and removes what it kept. */
  stop(): Promise<void> | void
}

/** A bucket, and keys that are known to nobody else: each server is started for one command on this machine. */
export const account = {
  S3_BUCKET: 'weir',
  AWS_ACCESS_KEY_ID: 'weir',
  AWS_SECRET_ACCESS_KEY: 'weir-secret',
  AWS_REGION: 'us-east-1',
} as const
