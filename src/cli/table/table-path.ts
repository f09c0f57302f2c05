/** Where the API has a table. */
export const tablePath = (table: string): string => `/api/v1/tables/${encodeURIComponent(table)}`
