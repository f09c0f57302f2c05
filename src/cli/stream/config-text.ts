import type { ConfigDescription } from '../../stream/client/kafka-client.ts'
import { tableText } from '../table-text.ts'

/** A setting, where it comes from, and what it would be were it not set on the stream. */
export function configsText(configs: readonly ConfigDescription[]): string {
  const columns = ['SETTING', 'VALUE', 'FROM', 'WITHOUT IT'].map((title) => ({ title }))
  return tableText(
    columns,
    configs.map(({ name, value, sensitive, source, fallback }) => [
      name,
      sensitive ? 'hidden' : (value ?? ''),
      source === 'topic' ? 'stream' : source,
      fallback?.value ?? '',
    ]),
  )
}
