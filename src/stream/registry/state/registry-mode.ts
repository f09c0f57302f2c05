/** READONLY_OVERRIDE of a context or of all goes before the modes of subjects. */
export const registryModes = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT'] as const
export type RegistryMode = (typeof registryModes)[number]
