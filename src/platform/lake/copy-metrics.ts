import { Counter, Gauge, type Registry } from 'prom-client'
import type { CacheFigures } from '../../storage/objects/cache/object-cache.ts'

/** Metrics of the copies of S3's objects that this process keeps; no samples where it keeps none. */
export function copyMetrics(registry: Registry, figures: () => Promise<CacheFigures | undefined>): void {
  const registers = [registry]
  for (const [name, help, of] of counts) {
    let told = 0
    const counter: Counter = new Counter({
      name: `weir_object_copies_${name}_total`,
      help,
      registers,
      async collect() {
        const now = await figures()
        if (now === undefined) return counter.reset()
        counter.inc(Math.max(0, of(now) - told))
        told = of(now)
      },
    })
  }
  for (const [name, help, of] of sizes) {
    const gauge: Gauge = new Gauge({
      name: `weir_object_copies_${name}bytes`,
      help,
      registers,
      async collect() {
        const now = await figures()
        if (now === undefined) gauge.reset()
        else gauge.set(of(now))
      },
    })
  }
}

type Read = (figures: CacheFigures) => number

const counts: readonly (readonly [name: string, help: string, of: Read])[] = [
  ['hits', 'Objects of S3 whose copy was there when it was asked for', ({ hits }) => hits],
  ['misses', 'Objects of S3 that were fetched, or waited for', ({ misses }) => misses],
  ['evictions', 'Copies that gave way to others', ({ evictions }) => evictions],
]

const sizes: readonly (readonly [name: string, help: string, of: Read])[] = [
  ['', 'Bytes that copies of objects take on the disk', ({ bytes }) => bytes],
  ['max_', 'Bytes that copies of objects may take together', ({ bytesMax }) => bytesMax],
]
