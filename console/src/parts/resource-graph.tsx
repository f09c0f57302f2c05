import { Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { useNavigate } from '@tanstack/react-router'
import type { LedgerHop, Resource, ResourceReference } from '../api/types.ts'
import { formatCount } from './format.ts'
import { State } from './state.tsx'

type ResourceNode = Node<{ readonly resource: Resource }, 'resource'>

const columnOf: Readonly<Record<string, number>> = { secret: 0, stream: 0, delivery: 1, table: 2, view: 3 }
const nodeTypes = { resource: ResourceBox }

/** Resources from left to right as data flows, the ledger's counts on the edges. */
export default function ResourceGraph({
  resources,
  hops,
}: {
  readonly resources: readonly Resource[]
  readonly hops: readonly LedgerHop[]
}) {
  const navigate = useNavigate()
  const nodes = placeNodes(resources)
  const bottom = Math.max(0, ...nodes.map(({ position }) => position.y))
  const height = Math.min(520, bottom + lineHeight + 40)
  return (
    <div className="flow" style={{ height }} role="img" aria-label={describe(hops)}>
      <ReactFlow
        nodes={nodes}
        edges={drawEdges(resources, hops)}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.04 }}
        minZoom={0.2}
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

const columnLefts = [0, 300, 720, 960]
const lineHeight = 96

/** What belongs to a delivery shares its line; the rest follows below. */
function placeNodes(resources: readonly Resource[]): ResourceNode[] {
  const lineOf = new Map<string, number>()
  const taken = new Set<string>()
  const place = (resource: ResourceReference, wanted: number): void => {
    if (lineOf.has(idOf(resource))) return
    const column = columnOf[resource.kind] ?? 3
    let line = wanted
    while (taken.has(`${column}/${line}`)) line++
    taken.add(`${column}/${line}`)
    lineOf.set(idOf(resource), line)
  }
  resources
    .filter(({ kind }) => kind === 'delivery')
    .forEach((delivery, line) => [delivery, ...delivery.references].forEach((each) => place(each, line)))
  for (const resource of resources) {
    const [first] = resource.references.flatMap((reference) => lineOf.get(idOf(reference)) ?? [])
    place(resource, first ?? 0)
  }
  return resources.map((resource) => ({
    id: idOf(resource),
    type: 'resource',
    position: { x: columnLefts[columnOf[resource.kind] ?? 3]!, y: lineOf.get(idOf(resource))! * lineHeight },
    data: { resource },
  }))
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

function idOf({ kind, name }: ResourceReference): string {
  return `${kind}/${name}`
}

function describe(hops: readonly LedgerHop[]): string {
  const parts = hops.map(
    ({ from, to, delivered, rejected }) => `${from} to ${to}: ${delivered} delivered, ${rejected} rejected`,
  )
  return `Graph of resources. ${parts.join('; ')}`
}
