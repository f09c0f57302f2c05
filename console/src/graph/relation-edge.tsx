import { BaseEdge, EdgeLabelRenderer, getBezierPath, type Edge, type EdgeProps } from '@xyflow/react'
import { labelOf, type Relation } from './relations.ts'

export type RelationEdge = Edge<
  { readonly relation: Relation; readonly isChosen: boolean; readonly onChoose: (id: string) => void },
  'relation'
>

/** A line with what it carries; the words are a button, so that keys reach them too. */
export function RelationLine(props: EdgeProps<RelationEdge>) {
  const [path, x, y] = getBezierPath(props)
  if (!props.data) return null
  const { relation, isChosen, onChoose } = props.data
  return (
    <>
      <BaseEdge path={path} className={isChosen ? 'chosen' : ''} interactionWidth={24} />
      <EdgeLabelRenderer>
        <button
          type="button"
          className="relation nodrag nopan"
          aria-pressed={isChosen}
          style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          onClick={() => onChoose(relation.id)}
        >
          <span className="unseen">
            {relation.from.kind} {relation.from.name} to {relation.to.kind} {relation.to.name}:
          </span>
          {labelOf(relation).map((line) => (
            <span key={line}>{line} </span>
          ))}
        </button>
      </EdgeLabelRenderer>
    </>
  )
}
