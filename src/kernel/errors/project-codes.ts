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
  'WEIR-1004': {
    kind: 'invalid',
    cause: 'There is no such option.',
    remedy: 'Use the name that the message proposes; docs/reference lists all options of a kind.',
  },
  'WEIR-1005': {
    kind: 'invalid',
    cause: 'A resource refers to one that is not declared.',
    remedy: 'Declare it and add it to the resources of the project, or correct the reference.',
  },
  'WEIR-1006': {
    kind: 'invalid',
    cause: 'Two resources of one kind have the same name, or a table and a view have.',
    remedy: 'Rename one of them.',
  },
  'WEIR-1007': {
    kind: 'invalid',
    cause: 'The project file does not export a project.',
    remedy: 'End it with: export default defineProject({ name, resources }).',
  },
  'WEIR-1008': {
    kind: 'invalid',
    cause: 'A name has characters or a length that its kind does not take.',
    remedy: 'Use a name as the message describes it.',
  },
  'WEIR-1009': {
    kind: 'not-found',
    cause: 'The project has no such environment.',
    remedy: 'Use one of those that the message names, or add it to environments of defineProject.',
  },
  'WEIR-1010': {
    kind: 'invalid',
    cause: 'There is no such kind of resource.',
    remedy: 'Use the kind that the message proposes.',
  },
  'WEIR-1011': {
    kind: 'invalid',
    cause: 'Resources refer to each other in a circle.',
    remedy: 'Take one of the references out.',
  },
  'WEIR-1012': {
    kind: 'invalid',
    cause: 'A column has a type that there is not.',
    remedy: 'Use the type that the message proposes; types have the names of Iceberg.',
  },
  'WEIR-1013': {
    kind: 'invalid',
    cause: 'The project asks for a service that this version of Weir cannot use yet.',
    remedy: 'Leave the option out, or choose an environment without it; the message says what is used instead.',
  },
})
