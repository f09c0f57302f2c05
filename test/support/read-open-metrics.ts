import assert from 'node:assert/strict'

export interface ReadFamily {
  readonly type: string
  readonly samples: readonly {
    readonly name: string
    readonly labels: ReadonlyMap<string, string>
    readonly value: number
  }[]
}

const sampleForm = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const labelForm = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/y
const suffixes: Readonly<Record<string, RegExp>> = {
  counter: /^_total$/,
  gauge: /^$/,
  histogram: /^_(bucket|sum|count)$/,
}

/** Reads OpenMetrics 1.0 text and asserts its rules: families in one piece, named after their type, no sample twice, `# EOF` at the end. */
export function readOpenMetrics(text: string): ReadonlyMap<string, ReadFamily> {
  const lines = text.split('\n')
  assert.deepEqual(lines.slice(-2), ['# EOF', ''])
  const families = new Map<string, { type: string; samples: ReadFamily['samples'][number][] }>()
  const seen = new Set<string>()
  let current = ''
  for (const line of lines.slice(0, -2)) {
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (kind === 'HELP') {
      assert.ok(!families.has(name!), `${name} comes twice`)
      families.set((current = name!), { type: '', samples: [] })
    } else if (kind === 'TYPE') {
      assert.equal(name, current)
      assert.ok(suffixes[rest!], `${name} is a ${rest}`)
      families.get(current)!.type = rest!
    } else {
      const family = families.get(current)!
      const [, sample, labels = '', value] = sampleForm.exec(line) ?? []
      assert.ok(sample !== undefined && sample.startsWith(current), `${line}: not of ${current}`)
      assert.match(sample.slice(current.length), suffixes[family.type]!, line)
      assert.ok(!seen.has(line.slice(0, line.lastIndexOf(' '))), `${line}: comes twice`)
      seen.add(line.slice(0, line.lastIndexOf(' ')))
      const number = value === '+Inf' ? Infinity : Number(value)
      assert.ok(!Number.isNaN(number), line)
      family.samples.push({ name: sample, labels: labelsIn(labels), value: number })
    }
  }
  return families
}

function labelsIn(text: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  labelForm.lastIndex = 0
  while (labelForm.lastIndex < text.length) {
    const found = labelForm.exec(text)
    assert.ok(found, `labels: ${text}`)
    assert.ok(!labels.has(found[1]!), `${found[1]} comes twice in ${text}`)
    labels.set(found[1]!, found[2]!)
  }
  return labels
}
