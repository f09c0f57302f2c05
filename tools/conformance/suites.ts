import { kafkaSuites } from './kafka-suites.ts'
import { lakeSuites } from './lake-suites.ts'
import type { Suite } from './suite.ts'

export const suites: readonly Suite[] = [...kafkaSuites, ...lakeSuites]
