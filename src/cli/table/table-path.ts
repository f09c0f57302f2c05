/** Where the API has a table. */
export const tablePath = (table: string): string => `/api/v1/tables/${encodeURIComponent(table)}`

export const tableArgument = {
  name: 'table',
  description:
    'its name; outside of public, of a table that the project does not declare, with its namespace: sales.orders',
  required: true,
} as const
