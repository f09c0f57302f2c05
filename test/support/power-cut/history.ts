/** When a call began and when it was answered, on the clock of the recording; unanswered or failed: `ended` is Infinity. */
export interface Span {
  readonly started: number
  ended: number
}

export type ContentCall = Span &
  (
    | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer }
    | { readonly kind: 'truncate'; readonly length: number }
    /** The whole of a file that other code wrote, as it was found. */
    | { readonly kind: 'found'; readonly bytes: Buffer }
    | { readonly kind: 'sync' }
  )

/** A file whatever its names are. */
export interface RecordedFile {
  readonly calls: ContentCall[]
}

export type NameCall = Span &
  (
    | { readonly kind: 'create'; readonly path: string; readonly file: RecordedFile }
    | { readonly kind: 'rename'; readonly from: string; readonly path: string; readonly file: RecordedFile }
    | { readonly kind: 'link'; readonly path: string; readonly file: RecordedFile }
    | { readonly kind: 'remove'; readonly path: string }
    | { readonly kind: 'makeDirectory'; readonly path: string }
    | { readonly kind: 'syncDirectory'; readonly path: string }
  )

/** Everything that changed files below a folder, in order. */
export interface History {
  readonly root: string
  readonly names: NameCall[]
}
