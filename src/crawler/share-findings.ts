import type { Finding, LookedFile } from './finding.ts'

/** Many files are alike: what is the same in their findings is kept once, so that memory grows with what differs. */
export function shareFindings(): (file: LookedFile) => LookedFile {
  const parts = new Map<string, unknown>()
  const kept = new Set<unknown>()
  const shared = <Part>(part: Part): Part => {
    if (kept.has(part)) return part
    const key = JSON.stringify(part)
    if (!parts.has(key)) parts.set(key, part)
    kept.add(parts.get(key))
    return parts.get(key) as Part
  }
  const sharedFinding = (finding: Finding): Finding => {
    if (finding.kind === 'left out') return finding
    const { shape, why, typeReasons, misfits } = finding
    return {
      ...finding,
      shape: shared(shape),
      why: shared(why),
      typeReasons: typeReasons.length === 0 ? shared(typeReasons) : typeReasons,
      misfits: misfits.length === 0 ? shared(misfits) : misfits,
    }
  }
  return (file) => ({ ...file, finding: sharedFinding(file.finding) })
}
