import { fileURLToPath } from 'node:url'

/** It lies beside the checkout and is never part of it. */
export const kit = fileURLToPath(new URL('../../../shared/conformance', import.meta.url))
