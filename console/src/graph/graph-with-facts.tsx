import { whenReachable } from '../api/when-reachable.ts'
import { lazy, Suspense } from 'react'
import type { LedgerHop } from '../api/answers.ts'
import type { Resource } from '../api/resource.ts'
import { useEscape } from '../parts/escape.ts'
import { Loading } from '../parts/notice.tsx'
import { RelationFacts } from './relation-facts.tsx'
import { relationsOf } from './relations.ts'

const ResourceGraph = lazy(() => whenReachable(() => import('./resource-graph.tsx')))

/** The graph, and below it what is known of the edge that was chosen; the address keeps which. */
export function GraphWithFacts(props: {
  readonly resources: readonly Resource[]
  readonly hops: readonly LedgerHop[]
  readonly edge: string | undefined
  readonly onEdge: (edge: string | undefined) => void
}) {
  const { resources, hops, edge, onEdge } = props
  useEscape(edge === undefined ? undefined : () => onEdge(undefined))
  const chosen = edge === undefined ? undefined : relationsOf(resources, hops).find(({ id }) => id === edge)
  return (
    <div>
      <Suspense fallback={<Loading height={176} />}>
        <ResourceGraph
          resources={resources}
          hops={hops}
          chosen={({ id }) => id === edge}
          onChoose={({ id }) => onEdge(id === edge ? undefined : id)}
        />
      </Suspense>
      {chosen ? (
        <RelationFacts relation={chosen} onClose={() => onEdge(undefined)} />
      ) : (
        <p className="quiet hint">Choose a line to see what it carries.</p>
      )}
    </div>
  )
}
