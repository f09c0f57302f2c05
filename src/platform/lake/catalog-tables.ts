import type { NamespaceStore, TablePointers } from '../../lake/catalog/pointer-store.ts'

/** The tables of the catalog as the control plane and SQL look at them, whoever keeps it. */
export type CatalogTables = Pick<TablePointers, 'tablePointer' | 'listTables'> & Pick<NamespaceStore, 'listNamespaces'>
