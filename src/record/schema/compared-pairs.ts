/**
 * Compares pairs of nodes of two graphs that may lead back to themselves, each pair once. A pair that is met again while it is being
 * compared is taken for equal in kind: if it is not, that is found where it began. What was concluded from a pair that then fails
 * may be wrong elsewhere, so all is compared again, with the failed ones known, until no more fail.
 */
export function comparePairs<Node extends object, Finding>(
  reader: Node,
  writer: Node,
  isFailure: (findings: readonly Finding[]) => boolean,
  compareNew: (reader: Node, writer: Node, compare: ComparePair<Node, Finding>) => readonly Finding[],
): readonly Finding[] {
  let failed = createPairMap<Node, readonly Finding[]>()
  for (;;) {
    const pass = createPass(failed, isFailure, compareNew)
    const findings = pass.compare(reader, writer)
    if (!pass.assumed() || pass.failed.size() === failed.size()) return findings
    failed = pass.failed
  }
}

/** Of one pair: a type that is used in many places fails in each, and in theirs, and so on. */
const findingsMax = 50

export type ComparePair<Node, Finding> = (reader: Node, writer: Node) => readonly Finding[]

function createPass<Node extends object, Finding>(
  failedBefore: PairMap<Node, readonly Finding[]>,
  isFailure: (findings: readonly Finding[]) => boolean,
  compareNew: (reader: Node, writer: Node, compare: ComparePair<Node, Finding>) => readonly Finding[],
) {
  /** Undefined while the pair is being compared. */
  const done = createPairMap<Node, readonly Finding[] | undefined>()
  const failed = createPairMap<Node, readonly Finding[]>()
  let assumed = false

  function compare(reader: Node, writer: Node): readonly Finding[] {
    if (done.has(reader, writer)) return done.get(reader, writer) ?? again(reader, writer)
    done.set(reader, writer, undefined)
    const findings = compareNew(reader, writer, compare).slice(0, findingsMax)
    done.set(reader, writer, findings)
    if (isFailure(findings)) failed.set(reader, writer, findings)
    return findings
  }

  function again(reader: Node, writer: Node): readonly Finding[] {
    const known = failedBefore.get(reader, writer)
    if (!known) assumed = true
    return known ?? []
  }

  return { compare, failed, assumed: () => assumed }
}

interface PairMap<Node, Value> {
  has(one: Node, other: Node): boolean
  get(one: Node, other: Node): Value | undefined
  set(one: Node, other: Node, value: Value): void
  size(): number
}

function createPairMap<Node extends object, Value>(): PairMap<Node, Value> {
  const byOne = new Map<Node, Map<Node, Value>>()
  let size = 0
  return {
    has: (one, other) => byOne.get(one)?.has(other) ?? false,
    get: (one, other) => byOne.get(one)?.get(other),
    set(one, other, value) {
      const byOther = byOne.get(one) ?? new Map<Node, Value>()
      if (!byOther.has(other)) size++
      byOne.set(one, byOther.set(other, value))
    },
    size: () => size,
  }
}
