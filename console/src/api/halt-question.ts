/** The `question` in the status of a delivery that has halted; its kind says what the status holds. */
export type { HaltAnswer, HaltQuestion } from '../../../src/platform/kinds/delivery/halt-question.ts'
