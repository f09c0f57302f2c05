import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { MetadataStore } from './metadata-store.ts'
import { RestError } from './rest-error.ts'

/** The metadata of a file that the client named: one that is none is its mistake, not damage of this catalog. */
export async function readGiven<M>(store: MetadataStore<M>, location: string): Promise<M> {
  try {
    return await store.read(location)
  } catch (thrown) {
    const error = asWeirError(thrown)
    if (error.code !== 'WEIR-4008' && error.code !== 'WEIR-8007') throw thrown
    throw new RestError(400, 'BadRequestException', `${error.message} (${error.code})`)
  }
}
