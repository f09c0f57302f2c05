/** Takes an object's bytes in order. `begin` starts from nothing, and may come again. */
export interface ObjectSink {
  begin(totalBytes: number): Promise<void> | void
  write(bytes: Buffer): Promise<void> | void
}
