import { restUnder } from '../../storage/objects/location.ts'

/** Whether a location is as deep under the warehouse as the catalog puts tables, so that no other table lies in it. */
export function isOwnPlace(warehouse: string, location: string): boolean {
  const parts = restUnder(warehouse, location.replace(/\/+$/, ''))?.split('/') ?? []
  return parts.length === 2 && parts.every((part) => part !== '' && part !== '.' && part !== '..')
}
