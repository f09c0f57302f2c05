/** Counts the steps of a comparison, which schemas can be made to multiply without end. */
export interface StepBudget {
  /** Throws OutOfSteps beyond the last one. */
  take(): void
}

export class OutOfSteps extends Error {}

export function createStepBudget(stepsMax: number): StepBudget {
  let left = stepsMax
  return {
    take() {
      if (left-- <= 0) throw new OutOfSteps(`the schemas are too complex to be compared: more than ${stepsMax} steps`)
    },
  }
}
