/** Clients take it as part of the address. */
export const schemaRegistryPrefix = '/schema-registry'
