/** The Trino that answers a project's queries. */
export interface TrinoConfig {
  /** Its address, without a path. */
  readonly url: string
  /** Whom it is told. */
  readonly user: string
  readonly password?: string
  readonly token?: string
  /** Its name for Weir's tables, and the schema of names without one. */
  readonly catalog: string
  readonly schema: string
}

/** How it is called where a session is told which engine answers. */
export const engineName = ({ url }: Pick<TrinoConfig, 'url'>): string => `Trino at ${new URL(url).origin}`
