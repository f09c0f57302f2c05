import type { LazySchemaRegistry } from '../lazy-schema-registry.ts'
import type { DecodedValue } from './decode-value.ts'
import type { ValuePlace } from './schema-frame.ts'
import type { StreamSubject } from './stream-subjects.ts'

/** For whoever shows records. */
export interface ValueReader {
  /** What the bytes of a key or a value are. The registry is asked only when they name a schema. */
  decode(bytes: Buffer | null, place: ValuePlace): Promise<DecodedValue>
  /** Subjects that are named after the stream. */
  subjects(stream: string): Promise<readonly StreamSubject[]>
}

/** Its code is loaded with the first call. */
export function createValueReader(registry: LazySchemaRegistry): ValueReader {
  return {
    async decode(bytes, place) {
      const [{ decodeValue }, opened] = await Promise.all([import('./decode-value.ts'), registry.open()])
      return decodeValue(bytes, place, opened)
    },
    async subjects(stream) {
      const [{ subjectsOfStream }, opened] = await Promise.all([import('./stream-subjects.ts'), registry.open()])
      return subjectsOfStream(await opened.state(), stream)
    },
  }
}
