import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { SecretService } from '../reconcile-services.ts'

/** Secrets of the process's environment and of files, relative to the project. */
export function readSecrets(projectDirectory: string, environment: NodeJS.ProcessEnv): SecretService {
  return {
    async read(source) {
      if ('fromEnv' in source) {
        const value = environment[source.fromEnv]
        if (value !== undefined && value !== '') return value
        throw new WeirError(
          'WEIR-7006',
          `the environment variable ${source.fromEnv} is not set. Set it and start weir up again`,
        )
      }
      const path = resolve(projectDirectory, source.fromFile)
      const text = await readFile(path, 'utf8').catch((cause: unknown) => {
        throw new WeirError('WEIR-7006', `the file ${path} cannot be read. Write the secret into it`, { cause })
      })
      // Editors end files with a line break that is no part of a password.
      const value = text.replace(/\r?\n$/, '')
      if (value !== '') return value
      throw new WeirError('WEIR-7006', `the file ${path} is empty. Write the secret into it`)
    },
  }
}
