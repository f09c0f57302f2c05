import { defineCodes } from './code-definition.ts'

/** The project file and what it declares. */
export const projectCodes = defineCodes({
  'WEIR-1001': {
    kind: 'not-found',
    cause: 'There is no project here.',
    remedy: 'Run weir init, or name the project with --dir.',
  },
  'WEIR-1002': {
    kind: 'invalid',
    cause: 'The project file does not load.',
    remedy: 'Correct the line that the message names.',
  },
  'WEIR-1003': {
    kind: 'invalid',
    cause: 'An option has a value that it does not take.',
    remedy: 'Use one of the values that the message names.',
  },
})
