import { Link } from '@tanstack/react-router'
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react'
import type { Resource } from '../api/resource.ts'
import { State } from '../parts/state.tsx'

export type ResourceNode = Node<{ readonly resource: Resource }, 'resource'>

/** A resource as a box that leads to its page. */
export function ResourceBox({ data: { resource } }: NodeProps<ResourceNode>) {
  const { kind, name, state, reason } = resource
  return (
    <>
      <Handle type="target" position={Position.Left} style={hidden} />
      <Link
        className="card node"
        to="/resources/$kind/$name"
        params={{ kind, name }}
        search={{ tab: undefined }}
        title={name}
      >
        <span className="quiet">{kind}</span>
        <strong>{name}</strong>
        <State state={state} reason={reason} />
      </Link>
      <Handle type="source" position={Position.Right} style={hidden} />
    </>
  )
}

const hidden = { visibility: 'hidden' } as const
