/**
 * Ends this process when what is returned is not called for so long: whoever keeps it stands still or hears nothing itself, and others have its
 * work by now (INV-W2).
 */
export function endUnlessHeard(silenceMs: number, end: () => void = () => process.exit(0)): () => void {
  let isHeard = false
  const timer = setTimeout(() => {
    isHeard = false
    // A process that was busy for so long reads first what waits for it.
    setImmediate(() => isHeard || end())
  }, silenceMs)
  return () => {
    isHeard = true
    timer.refresh()
  }
}
