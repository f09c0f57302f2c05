/** Keys with which clients reach the files under a location by themselves, and whatever else they need for it. */
export interface StorageCredential {
  /** `s3://bucket/prefix` */
  readonly prefix: string
  /** Properties of Iceberg's FileIO: `s3.access-key-id` and the like. */
  readonly config: Readonly<Record<string, string>>
}
