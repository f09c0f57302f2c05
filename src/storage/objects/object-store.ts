/** What is known of a stored object without reading it. */
export interface StoredObject {
  readonly location: string
  readonly sizeBytes: number
  /** Milliseconds since the epoch when it was written. */
  readonly modifiedMs: number
}

/** An object's bytes as a local file that stays there until it is let go. */
export interface HeldObject {
  readonly path: string
  /** To be called once, when nobody reads the file any more. */
  readonly release: () => void
}

/** A file of rows in a format that DuckDB does not read, as a manifest describes it. */
export interface RowObject {
  readonly location: string
  readonly sizeBytes: number
  readonly recordCount: number
}

/** The same rows in the same order as files that DuckDB reads, in a bounded cache. */
export interface RowCopies {
  hold(object: RowObject): Promise<HeldObject>
  /** For who cannot say when it is done: it may be removed once nobody asked for it for a minute. */
  keep(object: RowObject): Promise<string>
}

/**
 * Immutable objects under locations: `file:///abs/path` or `s3://bucket/key`, raw text, never percent-encoded.
 *
 * A write is durable when its promise resolves, the name included. A write whose promise rejects may or may not have
 * happened. Objects are never changed once written, so that anything may be cached by its location; only the owner of a
 * location removes it. Errors: `WEIR-8002` not there, `WEIR-8003` already there, `WEIR-8001` disk full, `WEIR-8004`
 * the store does not answer, `WEIR-8005` a location that this store does not serve, `WEIR-8007` bytes that are not what was
 * stored, `WEIR-8009` more copies needed at once than may be kept. `docs/spec/object-stores.md` has the rules.
 */
export interface ObjectStore {
  /** Bytes that local copies of objects may take together; undefined where DuckDB reads the objects themselves. */
  readonly copyBytesMax?: number
  /** Of files of rows that DuckDB does not read (Avro); undefined where none are made, and such files are refused. */
  readonly rowCopies?: RowCopies
  /** With `ifAbsent`, rejects with `WEIR-8003` when the location is taken, also under concurrent writers. */
  put(location: string, bytes: Uint8Array, options?: { readonly ifAbsent?: boolean }): Promise<void>
  /** `WEIR-8007` where the name speaks of other bytes (`checkedLocation`). */
  get(location: string): Promise<Buffer>
  /** Size in bytes; undefined when there is no such object. */
  size(location: string): Promise<number | undefined>
  /**
   * All objects whose location begins with `prefix` (a folder, ends in `/`), in no order, and what writes left there
   * that were killed half way: whoever cleans a folder must find it.
   */
  list(prefix: string): AsyncIterable<StoredObject>
  /** An object that is not there is no error. */
  remove(location: string): Promise<void>
  /** Takes over a finished local file (which goes away) and makes it durable under `location`. */
  adopt(localPath: string, location: string): Promise<void>
  /** A file that DuckDB can read: the object itself, or a copy in a bounded cache that is not removed while it is held. */
  hold(location: string): Promise<HeldObject>
  /** The same for who cannot say when it is done: a copy may be removed once nobody asked for it for a minute. */
  localPath(location: string): Promise<string>
}
