import { catalogue, type ErrorCode } from '../../../kernel/errors/catalogue.ts'
import type { ResumeChoice } from '../../operations.ts'

/** What a delivery asks that has halted: why, what to do, and the answers that there are. Command line and console show the same. */
export interface HaltQuestion {
  readonly code: string
  readonly reason: string
  readonly remedy: string
  /** Empty when only something outside the delivery can mend it: the remedy says what. */
  readonly answers: readonly HaltAnswer[]
}

export interface HaltAnswer {
  readonly choice: ResumeChoice
  readonly title: string
  /** What it does to the data. */
  readonly consequence: string
  /** Whether records stay out of the table because of it. */
  readonly leavesOut: boolean
}

const acceptLoss: HaltAnswer = {
  choice: 'accept-loss',
  title: 'Accept the loss',
  consequence:
    'The delivery goes on behind what is gone. Those records never become rows; the ledger keeps their offsets.',
  leavesOut: true,
}

/** What something outside the delivery mends. */
const tryAgain: HaltAnswer = {
  choice: 'try-again',
  title: 'Look again',
  consequence:
    'Nothing is decided: the delivery goes on where it stopped if what it asks about was mended, and else asks again.',
  leavesOut: false,
}

const answers: Partial<Readonly<Record<ErrorCode, readonly HaltAnswer[]>>> = {
  'WEIR-5010': [
    {
      choice: 'deliver-again',
      title: 'Deliver again',
      consequence:
        'The table is taken as it is now. What was rolled back is read from the stream and delivered once more; nothing is left out.',
      leavesOut: false,
    },
    {
      choice: 'go-on',
      title: 'Go on without it',
      consequence:
        'Everything delivered before counts as delivered. What was rolled back stays out of the table; the ledger keeps it as skipped.',
      leavesOut: true,
    },
  ],
  'WEIR-5011': [
    {
      choice: 'deliver-again',
      title: 'Restore the state of the snapshot',
      consequence:
        'The state that the nearest snapshot names is taken, and what came after it is delivered once more. Refused when no snapshot names one.',
      leavesOut: false,
    },
    tryAgain,
  ],
  'WEIR-5012': [acceptLoss],
  'WEIR-5013': [acceptLoss, tryAgain],
  'WEIR-5014': [
    {
      choice: 'adopt-table',
      title: 'Adopt the new table',
      consequence:
        'It receives everything that the stream still has, from the beginning. The table that was there before is not looked at again.',
      leavesOut: false,
    },
    tryAgain,
  ],
  'WEIR-5015': [tryAgain],
  'WEIR-5016': [tryAgain],
  'WEIR-5017': [tryAgain],
  'WEIR-5019': [tryAgain],
}

export function haltQuestion(code: ErrorCode, reason: string): HaltQuestion {
  return { code, reason, remedy: catalogue[code].remedy, answers: answers[code] ?? [] }
}
