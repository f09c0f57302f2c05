import { administrationQuestions } from './administration-questions.ts'
import { clusterQuestions } from './cluster-questions.ts'
import { configQuestions } from './config-questions.ts'
import { groupQuestions } from './group-questions.ts'
import { partitionQuestions } from './partition-questions.ts'
import type { Question } from './question.ts'

/** Everything that is asked of a broker that has only that topic; `topicId` is its id. */
export function statelessQuestions(topicId: string): readonly Question[] {
  return [
    ...clusterQuestions(),
    ...partitionQuestions(topicId),
    ...configQuestions(),
    ...groupQuestions(),
    ...administrationQuestions(),
  ]
}
