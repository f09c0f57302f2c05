import { compressFrameSync, decompressFrameSync } from 'lz4-napi'
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { corrupt } from '../corrupt.ts'
import type { Compression } from './batch-header.ts'
import { lz4BytesMax } from './lz4-frame.ts'
import { compressSnappy, decompressSnappy } from './snappy-stream.ts'

/** What a batch may grow to unless the caller says otherwise: a small batch must not fill the memory. */
const decompressedBytesMaxDefault = 512 * 1024 * 1024

/** The records of a batch as `compression` has them; with `none` the input itself. Levels are gzip's and zstd's. */
export function compress(compression: Compression, plain: Buffer, level?: number): Buffer {
  switch (compression) {
    case 'none':
      return plain
    case 'gzip':
      return gzipSync(plain, { level: level ?? 6 })
    case 'snappy':
      return compressSnappy(plain)
    case 'lz4':
      return compressFrameSync(plain)
    case 'zstd':
      return zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: level ?? 1 } })
  }
}

/** Back again; with `none` the input itself. Throws WEIR-3001 for bytes that do not decompress or would pass the limit. */
export function decompress(compression: Compression, packed: Buffer, bytesMax = decompressedBytesMaxDefault): Buffer {
  try {
    switch (compression) {
      case 'none':
        return packed
      case 'gzip':
        return gunzipSync(packed, { maxOutputLength: bytesMax })
      case 'snappy':
        return decompressSnappy(packed, bytesMax)
      case 'lz4':
        if (lz4BytesMax(packed) > bytesMax) throw corrupt(`an lz4 batch of more than ${bytesMax} bytes unpacked`)
        return decompressFrameSync(packed)
      case 'zstd':
        return zstdDecompressSync(packed, { maxOutputLength: bytesMax })
    }
  } catch (cause) {
    if (cause instanceof WeirError) throw cause
    throw corrupt(`a batch that does not decompress by ${compression} (${(cause as Error).message})`)
  }
}
