import { Decoration, ViewPlugin, type DecorationSet, type EditorView } from '@codemirror/view'

const fault = Decoration.mark({ class: 'cm-fault', attributes: { title: 'The query is wrong here' } })

/** Marks the word at a place, which is asked for at each update; the mark goes with the first change of the text. */
export function faultMark(placeOf: () => number | undefined) {
  return ViewPlugin.define((view) => ({ marks: marksIn(view, placeOf()), update: marksAgain }), {
    decorations: ({ marks }) => marks,
  })

  function marksAgain(
    this: { marks: DecorationSet },
    update: { readonly docChanged: boolean; readonly view: EditorView },
  ) {
    this.marks = update.docChanged ? Decoration.none : marksIn(update.view, placeOf())
  }
}

function marksIn({ state }: EditorView, place: number | undefined): DecorationSet {
  if (place === undefined || state.doc.length === 0) return Decoration.none
  const from = Math.min(place, state.doc.length - 1)
  const word = state.wordAt(from)
  return Decoration.set(word ? fault.range(word.from, word.to) : fault.range(from, from + 1))
}
