import type { SchemaRegistry, SchemaRegistryOptions } from './schema-registry.ts'

/** The schema registry of those who may never use it: its code is loaded when it is first asked for. */
export interface LazySchemaRegistry {
  open(): Promise<SchemaRegistry>
  close(): Promise<void>
}

export function createLazySchemaRegistry(options: SchemaRegistryOptions): LazySchemaRegistry {
  let opened: Promise<SchemaRegistry> | undefined
  return {
    open: () => (opened ??= import('./schema-registry.ts').then((loaded) => loaded.createSchemaRegistry(options))),
    async close() {
      await (await opened)?.close()
    },
  }
}
