import { PostgreSQL, sql } from '@codemirror/lang-sql'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { keymap } from '@codemirror/view'
import { faultMark } from './sql-fault.ts'
import { basicSetup, EditorView } from 'codemirror'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'

const theme = EditorView.theme({
  '&': {
    fontSize: '13px',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    background: 'var(--surface)',
    color: 'var(--text)',
  },
  '.cm-content': { caretColor: 'var(--text)', minHeight: '110px' },
  '.cm-gutters': { background: 'var(--surface)', color: 'var(--quiet)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'transparent' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-matchingBracket, .cm-selectionMatch': { background: 'var(--raised) !important' },
  '.cm-tooltip': { background: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--line)' },
})

/** From the tokens, so that light and dark are readable; weight tells keywords apart, not a colour of their own. */
const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
  { tag: [tags.string, tags.number, tags.bool, tags.null, tags.typeName], color: 'var(--text)' },
])

/** Ctrl-Enter runs. `tables` gives completion: column names by table. */
export default function SqlEditor(props: {
  readonly value: string
  readonly tables: Readonly<Record<string, readonly string[]>>
  readonly onChange: (value: string) => void
  readonly onRun: () => void
  /** Where the last query was wrong: a place in its text. */
  readonly fault: number | undefined
}) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    const run = (): boolean => {
      latest.current.onRun()
      return true
    }
    const schema = Object.fromEntries(
      Object.entries(latest.current.tables).map(([name, columns]) => [name, [...columns]]),
    )
    const editor = new EditorView({
      doc: latest.current.value,
      parent: host.current!,
      extensions: [
        keymap.of([{ key: 'Mod-Enter', run }]),
        basicSetup,
        sql({ dialect: PostgreSQL, schema }),
        faultMark(() => latest.current.fault),
        theme,
        syntaxHighlighting(highlighting),
        EditorView.contentAttributes.of({ 'aria-label': 'SQL' }),
        EditorView.updateListener.of(
          (update) => update.docChanged && latest.current.onChange(update.state.doc.toString()),
        ),
      ],
    })
    view.current = editor
    return () => editor.destroy()
  }, [props.tables])

  useEffect(() => {
    const editor = view.current
    if (!editor || editor.state.doc.toString() === props.value) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value } })
  }, [props.value])

  useEffect(() => {
    // An update without a change: the mark is looked up again.
    view.current?.dispatch({})
  }, [props.fault, props.tables])

  return <div ref={host} />
}
