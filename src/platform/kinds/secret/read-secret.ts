import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { SecretService } from '../reconcile-services.ts'
import type { SecretSource } from './secret-source.ts'

/** Values stay where they are; files are relative to the project's folder. */
export function createSecretService(projectDirectory: string): SecretService {
  return {
    async read(source) {
      if ('fromEnv' in source) {
        const value = process.env[source.fromEnv]
        if (value !== undefined && value !== '') return value
        throw missing(`the environment variable ${source.fromEnv} is not set. Set it where weir up is started`)
      }
      const path = resolve(projectDirectory, source.fromFile)
      try {
        return (await readFile(path, 'utf8')).trimEnd()
      } catch (cause) {
        throw missing(
          `the file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}). Write the secret there`,
        )
      }
    },
  }
}

function missing(message: string): WeirError {
  return new WeirError('WEIR-7006' as never, message)
}

/** For messages. */
export function placeOfSecret(source: SecretSource): string {
  return 'fromEnv' in source ? `the environment variable ${source.fromEnv}` : `the file ${source.fromFile}`
}
