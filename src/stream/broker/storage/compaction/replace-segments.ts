import { removeFile } from '../index-file.ts'
import type { PartitionState } from '../partition-state.ts'
import type { Segment } from '../segment.ts'
import type { StorageServices } from '../storage-services.ts'

/**
 * Puts a cleaned segment in the place of its sources, then removes their files. In the order of offsets, each durably before the
 * next: whatever a crash leaves of them begins where the cleaned file has a batch too, and ends where the next one begins.
 */
export async function replaceSegments(
  state: PartitionState,
  services: StorageServices,
  sources: readonly Segment[],
  cleaned: Segment,
): Promise<void> {
  const { files, segmentFiles, segmentIndexes } = services
  const delayMs = state.settings.fileDeleteDelayMs()
  const at = state.segments.indexOf(sources[0]!)
  if (at < 0 || !sources.every((source, index) => state.segments[at + index] === source)) {
    // Retention was faster: what was cleaned lies below the start now.
    await removeFile(files, cleaned.path, 0)
    return
  }
  state.segments.splice(at, sources.length, cleaned)
  segmentIndexes.isSaved(cleaned)
  for (const source of sources) {
    segmentIndexes.forget(source)
    await segmentFiles.forget(source.path)
    await removeFile(files, source.path, delayMs)
    await files.syncDirectory(state.folder)
  }
}
