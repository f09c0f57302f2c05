import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { LedgerHop, Reference } from '../api/answers.ts'
import { Ago } from '../parts/age.tsx'
import { formatCount } from '../parts/format.ts'
import { Balance, State } from '../parts/state.tsx'
import type { Relation } from './relations.ts'

/** What is known of one edge: a hop's counts, or how a resource refers to another. */
export function RelationFacts({ relation, onClose }: { readonly relation: Relation; readonly onClose: () => void }) {
  const { from, to, hop } = relation
  return (
    <section className="facts-panel" aria-label={`From ${from.kind} ${from.name} to ${to.kind} ${to.name}`}>
      <div className="row">
        <h3>
          <Name of={from} /> <span aria-label="to">→</span> <Name of={to} />
        </h3>
        <button type="button" className="bare push" onClick={onClose}>
          Close <span className="quiet">Esc</span>
        </button>
      </div>
      <dl className="facts">{hop ? <HopFacts hop={hop} /> : <ReferenceFacts relation={relation} />}</dl>
      {hop ? <HopLinks hop={hop} /> : null}
    </section>
  )
}

function HopFacts({ hop }: { readonly hop: LedgerHop }) {
  const lost = total(hop, 'lost')
  const skipped = total(hop, 'skipped')
  return (
    <>
      <Fact name="in">{formatCount(hop.in)} records</Fact>
      <Fact name="delivered">{formatCount(hop.delivered)} rows</Fact>
      <Fact name="rejected">{formatCount(hop.rejected)} dead letters in force</Fact>
      <Fact name="pending">{hop.pending === null ? 'not known' : `${formatCount(hop.pending)} records`}</Fact>
      {lost > 0n ? (
        <Fact name="lost">
          {formatCount(String(lost))} offsets, before the delivery began or accepted by an operator
        </Fact>
      ) : null}
      {skipped > 0n ? <Fact name="skipped">{formatCount(String(skipped))} records, after a rollback</Fact> : null}
      <Fact name="in = delivered + rejected + pending">
        <Balance holds={hop.holds ?? undefined} isAsCommitted={hop.isAsCommitted} />
      </Fact>
      <Fact name="last commit">
        <Ago at={hop.lastCommitAt} />
        {hop.snapshotId === null ? null : <span className="quiet"> as snapshot {hop.snapshotId}</span>}
      </Fact>
    </>
  )
}

function HopLinks({ hop: { delivery, from } }: { readonly hop: LedgerHop }) {
  return (
    <p className="row">
      <Link to="/ledger" search={{ hop: delivery }}>
        by partition
      </Link>
      <Link to="/resources/$kind/$name" params={{ kind: 'stream', name: from }} search={{ tab: 'Data' }}>
        records of the stream
      </Link>
      <Link to="/dead-letters" search={{ delivery }}>
        dead letters
      </Link>
    </p>
  )
}

function ReferenceFacts({ relation: { owner, verb, from, to } }: { readonly relation: Relation }) {
  const { sql } = owner.spec
  const other = owner.kind === from.kind && owner.name === from.name ? to : from
  return (
    <>
      <Fact name="reference">
        {owner.kind} {owner.name} {verb} {other.kind} {other.name}
      </Fact>
      <Fact name="state">
        <State state={owner.state} reason={owner.reason} /> {owner.reason ?? ''}
      </Fact>
      {owner.kind === 'delivery' ? <Fact name="counts">not in the ledger yet: it does not run</Fact> : null}
      {typeof sql === 'string' ? (
        <Fact name="query">
          <code className="query">{sql}</code>
        </Fact>
      ) : null}
    </>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function Name({ of: { kind, name } }: { readonly of: Reference }) {
  return (
    <>
      <span className="quiet">{kind}</span>{' '}
      <Link to="/resources/$kind/$name" params={{ kind, name }} search={{ tab: undefined }}>
        {name}
      </Link>
    </>
  )
}

function total({ partitions }: LedgerHop, of: 'lost' | 'skipped'): bigint {
  return partitions.reduce((sum, partition) => sum + BigInt(partition[of]), 0n)
}
