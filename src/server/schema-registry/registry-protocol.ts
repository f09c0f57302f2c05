/** Clients take it as part of the address. */
export const schemaRegistryPrefix = '/schema-registry'

export const contentType = 'application/vnd.schemaregistry.v1+json'
