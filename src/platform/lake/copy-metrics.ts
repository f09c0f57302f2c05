import { Counter, Gauge, type Registry } from 'prom-client'
import type { CacheFigures } from '../../storage/objects/cache/object-cache.ts'

/** What copies a process keeps: of objects in S3, and, as Parquet, of rows in Avro wherever they lie. */
type Copied = 'object' | 'row'

/** Metrics of copies that this process keeps; no samples where it keeps none. */
export function copyMetrics(
  registry: Registry,
  copied: Copied,
  figures: () => Promise<CacheFigures | undefined>,
): void {
  const registers = [registry]
  const of = copied === 'object' ? 'objects of S3' : 'files of rows in Avro'
  for (const [name, help, read] of counts) {
    let told = 0
    const counter: Counter = new Counter({
      name: `weir_${copied}_copies_${name}_total`,
      help: `${help}: ${of}`,
      registers,
      async collect() {
        const now = await figures()
        if (now === undefined) return counter.reset()
        counter.inc(Math.max(0, read(now) - told))
        told = read(now)
      },
    })
  }
  for (const [name, help, read] of sizes) {
    const gauge: Gauge = new Gauge({
      name: `weir_${copied}_copies_${name}`,
      help: `${help}: ${of}`,
      registers,
      async collect() {
        const now = await figures()
        if (now === undefined) gauge.reset()
        else gauge.set(read(now))
      },
    })
  }
}

type Read = (figures: CacheFigures) => number

const counts: readonly (readonly [name: string, help: string, of: Read])[] = [
  ['hits', 'Copies that were there when they were asked for', ({ hits }) => hits],
  ['misses', 'Copies that were made, or waited for', ({ misses }) => misses],
  ['evictions', 'Copies that gave way to others', ({ evictions }) => evictions],
]

const sizes: readonly (readonly [name: string, help: string, of: Read])[] = [
  ['files', 'Copies on the disk', ({ files }) => files],
  ['bytes', 'Bytes that copies take on the disk', ({ bytes }) => bytes],
  ['max_bytes', 'Bytes that copies may take together', ({ bytesMax }) => bytesMax],
]
