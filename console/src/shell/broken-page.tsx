import { Link, type ErrorComponentProps } from '@tanstack/react-router'
import { Empty } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'

/** A page that could not be drawn; the frame around it stays. */
export function BrokenPage({ error }: ErrorComponentProps) {
  return (
    <Page title="This page broke">
      <div className="card error" role="alert">
        <strong>{error instanceof Error ? error.message : String(error)}</strong>
        <p className="quiet">
          The page is at fault, not your data. After an update of Weir, loading it again brings the page that fits.
        </p>
        <button type="button" onClick={() => location.reload()}>
          Load again
        </button>
      </div>
    </Page>
  )
}

export function NoSuchPage() {
  return (
    <Page title="Not found">
      <Empty>
        There is no page at this address.{' '}
        <Link to="/" search={{ edge: undefined }}>
          Overview
        </Link>
      </Empty>
    </Page>
  )
}
