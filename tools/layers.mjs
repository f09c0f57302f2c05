// The one list of layers: oxlint.config.ts and test/tidy.test.ts hold it, ARCHITECTURE.md draws it.
// A folder of src/ may import itself and the layers above its own in this list; never a neighbour, never what comes later.
export const layers = [
  ['kernel'],
  ['storage', 'record'],
  ['stream', 'lake'],
  ['crawler'],
  ['sql'],
  ['delivery', 'access'],
  ['platform'],
  ['server', 'cli'],
]

/** For each folder, the folders that it must not import. */
export const forbidden = layers.flatMap((folders, level) =>
  folders.map((folder) => ({
    folder,
    names: layers.flatMap((names, at) =>
      at > level ? names : at === level ? names.filter((name) => name !== folder) : [],
    ),
  })),
)
