import { ReactFlow } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { LedgerHop } from '../api/answers.ts'
import type { Resource } from '../api/resource.ts'
import { idOf, nodeHeight, nodeWidth, placeNodes, type Placement } from './place-nodes.ts'
import { RelationLine, type RelationEdge } from './relation-edge.tsx'
import { relationsOf, type Relation } from './relations.ts'
import { ResourceBox, type ResourceNode } from './resource-node.tsx'

const nodeTypes = { resource: ResourceBox }
const edgeTypes = { relation: RelationLine }
const viewport = { x: 0, y: 0, zoom: 1 }

/** Resources from left to right as data flows, the ledger's counts on the edges. `chosen` are ids of edges. */
export default function ResourceGraph(props: {
  readonly resources: readonly Resource[]
  readonly hops: readonly LedgerHop[]
  readonly chosen: (relation: Relation) => boolean
  readonly onChoose: (relation: Relation) => void
}) {
  const { resources, hops, chosen, onChoose } = props
  const [host, width] = useWidth()
  const placement = useMemo(() => placeNodes(resources, width), [resources, width])
  const nodes = useMemo(() => nodesOf(placement), [placement])
  const relations = relationsOf(resources, hops)
  const edges = relations.map((relation): RelationEdge => ({
    id: relation.id,
    source: idOf(relation.from),
    target: idOf(relation.to),
    type: 'relation',
    data: { relation, isChosen: chosen(relation), onChoose: () => onChoose(relation) },
  }))
  return (
    <div ref={host} className="flow" role="group" aria-label="Graph of resources" tabIndex={0}>
      <div style={{ height: placement.height, minWidth: placement.width }}>
        {width === 0 ? null : (
          <ReactFlow
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            edgeTypes={edgeTypes}
            viewport={viewport}
            proOptions={{ hideAttribution: true }}
            preventScrolling={false}
            panOnDrag={false}
            zoomOnScroll={false}
            zoomOnPinch={false}
            zoomOnDoubleClick={false}
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            onEdgeClick={(_, { data }) => data && onChoose(data.relation)}
          />
        )}
      </div>
    </div>
  )
}

function nodesOf({ nodes }: Placement): ResourceNode[] {
  return nodes.map(({ resource, x, y }) => ({
    id: idOf(resource),
    type: 'resource',
    position: { x, y },
    // Known before it is drawn: edges need no second look.
    width: nodeWidth,
    height: nodeHeight,
    data: { resource },
  }))
}

/** The room that there is, followed as it changes. */
function useWidth() {
  const host = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)))
    watcher.observe(host.current!)
    return () => watcher.disconnect()
  }, [])
  return [host, width] as const
}
