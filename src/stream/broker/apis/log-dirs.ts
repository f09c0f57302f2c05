import type { RequestOf } from '../../protocol/api.ts'
import { describeLogDirsApi } from '../../protocol/apis/describe-log-dirs.ts'
import type { Topic } from '../topics/topic.ts'
import { handle, type Handler } from './handler.ts'
import type { ApiServices } from './services.ts'

type Wanted = RequestOf<typeof describeLogDirsApi>['topics']

/** One folder has all: how large each partition is in it, and how much room its disk has. */
export function logDirsHandler({ topics, disk }: ApiServices): Handler {
  return handle(describeLogDirsApi, async ({ topics: wanted }) => {
    const { totalBytes, usableBytes } = await disk.space()
    const described = topics.all().flatMap((topic) => describe(topic, wanted))
    return {
      results: [
        { errorCode: 0, logDir: disk.directory, topics: described, totalBytes, usableBytes, isCordoned: false },
      ],
    }
  })
}

/** Null asks for all; what is asked for and not there is left out. */
function describe({ name, partitions }: Topic, wanted: Wanted) {
  const numbers = wanted?.filter(({ topic }) => topic === name).flatMap((one) => one.partitions)
  const chosen = partitions.filter(({ index }) => numbers?.includes(index) ?? true)
  if (chosen.length === 0) return []
  return [
    {
      name,
      partitions: chosen.map(({ index, view }) => ({
        partitionIndex: index,
        partitionSize: view.bytes,
        offsetLag: 0,
        isFutureKey: false,
      })),
    },
  ]
}
