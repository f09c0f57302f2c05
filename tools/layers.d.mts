export const layers: readonly (readonly string[])[]
export const forbidden: readonly { readonly folder: string; readonly names: readonly string[] }[]
