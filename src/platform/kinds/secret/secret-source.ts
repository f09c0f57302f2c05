/** Where the value of a secret is read when it is needed. JSON-safe. */
export type SecretSource = { readonly fromEnv: string } | { readonly fromFile: string }
