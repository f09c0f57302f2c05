import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { ConsumerGroup } from '../../api/answers.ts'
import { useGroup } from '../../api/groups.ts'
import { Age } from '../../parts/age.tsx'
import { Command } from '../../parts/command.tsx'
import { formatCount } from '../../parts/format.ts'
import { ErrorNotice, Figure, Loading } from '../../parts/notice.tsx'
import { Page } from '../../parts/page.tsx'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import { DeleteGroup } from './delete-group.tsx'
import { GroupState } from './group-state.tsx'
import { LagChart } from './lag-chart.tsx'
import { ResetGroup } from './reset-group.tsx'
import { shell } from '../../parts/shell.ts'

/** One consumer group: how far behind it is, by partition and over time, who is in it, and moving it. */
export function GroupPage() {
  const { group: name } = useParams({ from: '/groups/$group' })
  const group = useGroup(name)
  const command = <span className="push">{<Command>{shell`weir stream groups ${name}`}</Command>}</span>
  if (group.isLoadingError)
    return (
      <Page title={name} aside={command}>
        <ErrorNotice error={group.error} retry={() => void group.refetch()} />
      </Page>
    )
  if (!group.data)
    return (
      <Page title={name} aside={command}>
        <Loading height={480} />
      </Page>
    )
  return (
    <Page
      title={name}
      aside={
        <>
          <span className="kind">group</span>
          <GroupState state={group.data.state} />
          <Age at={group.dataUpdatedAt} />
          {command}
        </>
      }
    >
      <GroupFigures group={group.data} at={group.dataUpdatedAt} />
      <LagChart group={name} lag={group.data.lag} at={group.dataUpdatedAt} />
      <GroupActions group={group.data} />
      <section className="card" aria-label="Partitions">
        <h2>Partitions</h2>
        {group.data.partitions.length === 0 ? (
          <p className="quiet">Nothing is committed, and nobody has a partition.</p>
        ) : (
          <VirtualGrid label={`Partitions of ${name}`} rows={group.data.partitions} columns={lagColumns} height={360} />
        )}
      </section>
      <Members of={group.data} />
    </Page>
  )
}

function GroupFigures({ group, at }: { readonly group: ConsumerGroup; readonly at: number }) {
  const source = shell`weir stream groups ${group.group} --json`
  const { lag, members, partitions, type, assignor } = group
  const streams = new Set(partitions.map(({ topic }) => topic)).size
  return (
    <div className="cards">
      <Figure
        label="Lag"
        value={lag === null ? 'not known' : formatCount(lag)}
        source={source}
        at={at}
        note="offsets"
      />
      <Figure label="Members" value={formatCount(members.length)} source={source} at={at} />
      <Figure label="Protocol" value={type} source={source} at={at} note={assignor === '' ? undefined : assignor} />
      <Figure
        label="Partitions"
        value={formatCount(partitions.length)}
        source={source}
        at={at}
        note={`of ${formatCount(streams)} ${streams === 1 ? 'stream' : 'streams'}`}
      />
    </div>
  )
}

type Lag = ConsumerGroup['partitions'][number]

const lagColumns: readonly GridColumn<Lag>[] = [
  {
    name: 'Stream',
    width: 200,
    grows: true,
    cell: ({ topic }) => (
      <Link to="/resources/$kind/$name" params={{ kind: 'stream', name: topic }} search={{ tab: undefined }}>
        {topic}
      </Link>
    ),
  },
  { name: 'Partition', width: 90, number: true, cell: ({ partition }) => partition },
  { name: 'Committed', width: 120, number: true, cell: ({ committed }) => orUnknown(committed, 'nothing') },
  { name: 'End', width: 120, number: true, cell: ({ end }) => orUnknown(end, 'no such stream') },
  { name: 'Lag', width: 120, number: true, cell: ({ lag }) => orUnknown(lag, 'not known') },
  {
    name: 'Read by',
    width: 240,
    cell: ({ member }) =>
      member ? (
        <span title={member.memberId}>
          {member.clientId} at {member.clientHost}
        </span>
      ) : (
        <span className="quiet">nobody</span>
      ),
  },
  {
    name: 'Look',
    width: 90,
    cell: ({ topic, partition, committed }) => (
      <Link
        to="/resources/$kind/$name"
        params={{ kind: 'stream', name: topic }}
        search={{
          tab: 'Data',
          partition: String(partition),
          ...(committed === null ? {} : { from: String(committed) }),
        }}
        aria-label={`Records from where it is in partition ${partition} of ${topic}`}
      >
        records
      </Link>
    ),
  },
]

function orUnknown(count: number | null, unknown: string): string {
  return count === null ? unknown : formatCount(count)
}

function Members({ of: { members } }: { readonly of: ConsumerGroup }) {
  return (
    <section className="card scroll" tabIndex={0} aria-label="Members">
      <h2>Members</h2>
      {members.length === 0 ? (
        <p className="quiet">Nobody is in it: its consumers are stopped, or have not come yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>Client</th>
              <th>From</th>
              <th>Member</th>
              <th>Assigned</th>
            </tr>
          </thead>
          <tbody>
            {members.map(({ memberId, instanceId, clientId, clientHost, assignment }) => (
              <tr key={memberId}>
                <td>{clientId}</td>
                <td className="mono">{clientHost}</td>
                <td className="mono">
                  {memberId}
                  {instanceId === null ? null : <span className="quiet"> instance {instanceId}</span>}
                </td>
                <td>
                  {assignment === undefined ? (
                    <span className="quiet">only its members can read it</span>
                  ) : assignment.length === 0 ? (
                    <span className="quiet">nothing</span>
                  ) : (
                    assignment.map(({ topic, partitions }) => `${topic}: ${partitions.join(', ')}`).join('; ')
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function GroupActions({ group }: { readonly group: ConsumerGroup }) {
  const navigate = useNavigate()
  const [asking, setAsking] = useState<'reset' | 'delete'>()
  const close = (): void => setAsking(undefined)
  return (
    <section className="card row" aria-label="Actions">
      <button type="button" onClick={() => setAsking('reset')}>
        Move it to other offsets …
      </button>
      <button type="button" onClick={() => setAsking('delete')}>
        Delete the group …
      </button>
      {group.members.length > 0 ? (
        <span className="quiet">Both are refused while it has members: stop its consumers first.</span>
      ) : null}
      {asking === 'reset' ? <ResetGroup group={group} onClose={close} /> : null}
      {asking === 'delete' ? (
        <DeleteGroup group={group} onClose={close} onDone={() => void navigate({ to: '/groups', search: {} })} />
      ) : null}
    </section>
  )
}
