import { useNavigate, useSearch } from '@tanstack/react-router'
import { useResources } from '../api/queries.ts'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { Letters } from './letters.tsx'

/** Records that did not fit, by delivery; the address keeps delivery and filter. */
export function DeadLetters() {
  const { delivery: asked, ...filter } = useSearch({ from: '/dead-letters' })
  const navigate = useNavigate({ from: '/dead-letters' })
  const resources = useResources()
  const deliveries = (resources.data ?? []).filter(({ kind }) => kind === 'delivery')
  const delivery = asked === undefined ? deliveries[0] : deliveries.find(({ name }) => name === asked)
  if (resources.isLoadingError)
    return (
      <Page title="Dead letters">
        <ErrorNotice error={resources.error} retry={() => void resources.refetch()} />
      </Page>
    )
  if (!resources.data)
    return (
      <Page title="Dead letters">
        <Loading height={400} />
      </Page>
    )
  const choice = (
    <label>
      Delivery{' '}
      <select
        value={delivery?.name ?? ''}
        onChange={(event) => void navigate({ search: { delivery: event.target.value }, replace: true })}
      >
        {delivery ? null : <option value="">choose</option>}
        {deliveries.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  )
  if (!delivery)
    return (
      <Page title="Dead letters" aside={deliveries.length > 0 ? choice : null}>
        <Empty>
          {asked === undefined
            ? 'A record that does not fit its table is kept here with the reason, and can be replayed. There is no delivery yet.'
            : `There is no delivery called ${asked}.`}
        </Empty>
      </Page>
    )
  return (
    <Page title="Dead letters" aside={choice}>
      <Letters
        key={delivery.name}
        delivery={delivery.name}
        stream={delivery.references.find(({ kind }) => kind === 'stream')?.name}
        filter={filter}
        onFilter={(change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true })}
      />
    </Page>
  )
}
