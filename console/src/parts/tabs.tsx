import { useEffect, useRef } from 'react'

/** Arrow keys move, as the pattern for tabs has it. */
export function Tabs({
  names,
  chosen,
  onChoose,
}: {
  readonly names: readonly string[]
  readonly chosen: string
  readonly onChoose: (name: string) => void
}) {
  const move = (step: number): void => onChoose(names[(names.indexOf(chosen) + step + names.length) % names.length]!)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [chosen])
  return (
    <div
      ref={list}
      className="tabs"
      role="tablist"
      onKeyDown={(event) => {
        if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return
        move(event.key === 'ArrowRight' ? 1 : -1)
        requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus())
      }}
    >
      {names.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === chosen}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
