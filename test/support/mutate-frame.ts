import fc from 'fast-check'

/** Bytes that lengths, counts and marks of absence are made of: where a decoder goes wrong if it does. */
const telling = [0, 1, 0x7f, 0x80, 0xff]

/** What goes wrong with a frame: some of its bytes are others, and it ends early. */
export const frameDamage = fc.record({
  changes: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...telling)), { minLength: 1, maxLength: 3 }),
  part: fc.oneof({ arbitrary: fc.constant(1), weight: 3 }, fc.double({ min: 0.2, max: 1, noNaN: true })),
})

/** The frame with that damage; its first eight bytes stay when `headKept`: they name API, version and answer. */
export function mutateFrame(
  frame: Buffer,
  { changes, part }: { readonly changes: readonly (readonly [number, number])[]; readonly part: number },
  headKept: boolean,
): Buffer {
  const broken = Buffer.from(frame.subarray(0, Math.max(8, Math.ceil(frame.length * part))))
  for (const [at, byte] of changes) if (broken.length > 0) broken[at % broken.length] = byte
  if (headKept) frame.copy(broken, 0, 0, 8)
  return broken
}
