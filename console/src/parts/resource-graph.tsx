import { Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { useNavigate } from '@tanstack/react-router'
import type { LedgerHop, Resource } from '../api/types.ts'
import { formatCount } from './format.ts'
import { State } from './state.tsx'

type ResourceNode = Node<{ readonly resource: Resource }, 'resource'>

const columnOf: Readonly<Record<string, number>> = { secret: 0, stream: 0, delivery: 1, table: 2, view: 3 }
const nodeTypes = { resource: ResourceBox }

/** Resources from left to right as data flows, the ledger's counts on the edges. */
export default function ResourceGraph({
  resources,
  hops,
  height = 320,
}: {
  readonly resources: readonly Resource[]
  readonly hops: readonly LedgerHop[]
  readonly height?: number
}) {
  const navigate = useNavigate()
  const nodes = placeNodes(resources)
  return (
    <div className="flow" style={{ height }} role="img" aria-label={describe(hops)}>
      <ReactFlow
        nodes={nodes}
        edges={drawEdges(resources, hops)}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ maxZoom: 1 }}
        proOptions={{ hideAttribution: true }}
        preventScrolling={false}
        zoomOnScroll={false}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        onNodeClick={(_, { data }) =>
          void navigate({
            to: '/resources/$kind/$name',
            params: { kind: data.resource.kind, name: data.resource.name },
            search: { tab: undefined },
          })
        }
      />
    </div>
  )
}

function ResourceBox({ data: { resource } }: NodeProps<ResourceNode>) {
  return (
    <div className="card node">
      <Handle type="target" position={Position.Left} style={{ visibility: 'hidden' }} />
      <div className="quiet">{resource.kind}</div>
      <strong>{resource.name}</strong>
      <div>
        <State state={resource.state} reason={resource.reason} />
      </div>
      <Handle type="source" position={Position.Right} style={{ visibility: 'hidden' }} />
    </div>
  )
}

function placeNodes(resources: readonly Resource[]): ResourceNode[] {
  const filled = new Map<number, number>()
  return resources.map((resource) => {
    const column = columnOf[resource.kind] ?? 4
    const line = filled.get(column) ?? 0
    filled.set(column, line + 1)
    return {
      id: idOf(resource),
      type: 'resource',
      position: { x: column === 0 ? 0 : column === 1 ? 330 : 330 + (column - 1) * 440, y: line * 110 },
      data: { resource },
    }
  })
}

function drawEdges(resources: readonly Resource[], hops: readonly LedgerHop[]): Edge[] {
  const known = new Set(resources.map(idOf))
  const counts = new Map(hops.map((hop) => [hop.delivery, hop]))
  const edges = resources.flatMap((resource) => {
    const hop = resource.kind === 'delivery' ? counts.get(resource.name) : undefined
    return resource.references.map((reference): Edge => {
      const other = idOf(reference)
      // What a delivery writes to comes after it; all other references are what a resource reads.
      const writes = resource.kind === 'delivery' && reference.kind === 'table'
      const [source, target] = writes ? [idOf(resource), other] : [other, idOf(resource)]
      return {
        id: `${source}>${target}`,
        source,
        target,
        ...(hop ? { label: labelOf(hop, writes) } : {}),
        labelBgPadding: [6, 3],
        labelBgBorderRadius: 4,
      }
    })
  })
  return edges.filter(({ source, target }) => known.has(source) && known.has(target))
}

function labelOf({ in: read, delivered, rejected, pending, holds }: LedgerHop, writes: boolean): string {
  if (!writes) return `${formatCount(read)} in`
  const tick = holds === null ? '?' : holds ? '✓' : '✕'
  return `${tick} ${formatCount(delivered)} + ${formatCount(rejected)} rejected + ${formatCount(pending ?? undefined)} pending`
}

function idOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind}/${name}`
}

function describe(hops: readonly LedgerHop[]): string {
  const parts = hops.map(
    ({ from, to, delivered, rejected }) => `${from} to ${to}: ${delivered} delivered, ${rejected} rejected`,
  )
  return `Graph of resources. ${parts.join('; ')}`
}
