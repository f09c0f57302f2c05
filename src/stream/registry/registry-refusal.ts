/** What the registry answers to a request that it does not carry out: its code, as Confluent's has it, and words. */
export class RegistryRefusal extends Error {
  readonly errorCode: number
  /** Of HTTP: the first three digits of the code. */
  readonly status: number

  constructor(errorCode: number, message: string, context: { readonly cause?: unknown } = {}) {
    super(message, context)
    this.errorCode = errorCode
    this.status = errorCode < 1000 ? errorCode : Math.floor(errorCode / 100)
  }
}

export const refusals = {
  subjectNotFound: (subject: string) => new RegistryRefusal(40401, `Subject '${subject}' not found.`),
  versionNotFound: (version: number) => new RegistryRefusal(40402, `Version ${version} not found.`),
  schemaNotFound: (what = 'Schema') => new RegistryRefusal(40403, `${what} not found`),
  subjectSoftDeleted: (subject: string) =>
    new RegistryRefusal(40404, `Subject '${subject}' was soft deleted. Set permanent=true to delete permanently`),
  subjectNotSoftDeleted: (subject: string) =>
    new RegistryRefusal(40405, `Subject '${subject}' was not deleted first before being permanently deleted`),
  versionSoftDeleted: (subject: string, version: number) =>
    new RegistryRefusal(
      40406,
      `Subject '${subject}' Version ${version} was soft deleted. Set permanent=true to delete permanently`,
    ),
  versionNotSoftDeleted: (subject: string, version: number) =>
    new RegistryRefusal(
      40407,
      `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
    ),
  compatibilityNotConfigured: (subject: string) =>
    new RegistryRefusal(40408, `Subject '${subject}' does not have subject-level compatibility configured`),
  modeNotConfigured: (subject: string) =>
    new RegistryRefusal(40409, `Subject '${subject}' does not have subject-level mode configured`),
  incompatible: (subject: string, messages: readonly string[]) =>
    new RegistryRefusal(
      409,
      `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${messages.join(', ')}]`,
    ),
  invalidSchema: (message: string) => new RegistryRefusal(42201, message),
  invalidVersion: (version: string) =>
    new RegistryRefusal(
      42202,
      `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
    ),
  invalidCompatibility: (level: string) =>
    new RegistryRefusal(
      42203,
      `Invalid compatibility level ${level}. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive`,
    ),
  invalidMode: (mode: string) =>
    new RegistryRefusal(
      42204,
      `Invalid mode ${mode}. Valid values are READWRITE, READONLY, READONLY_OVERRIDE and IMPORT.`,
    ),
  notPermitted: (message: string) => new RegistryRefusal(42205, message),
  referenceExists: (subject: string, version: number) =>
    new RegistryRefusal(42206, `One or more references exist to the schema {subject=${subject},version=${version}}.`),
  invalidSubject: (subject: string) => new RegistryRefusal(42208, `The specified subject '${subject}' is not a valid.`),
  tooLarge: (message: string) => new RegistryRefusal(42209, message),
  invalidRuleSet: (message: string) => new RegistryRefusal(42210, message),
  /** Something that a real registry has and this one has not: said, never passed over. */
  unsupported: (what: string) => new RegistryRefusal(422, `${what} is not supported by this registry`),
} as const
