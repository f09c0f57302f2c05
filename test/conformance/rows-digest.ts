import { execFileSync } from 'node:child_process'
import { kit } from '../../tools/conformance/kit.ts'

/** The kit's digest of rows, each one line of JSON: the same for the same rows, in whatever order. */
export function rowsDigest(lines: readonly string[]): string {
  return execFileSync('python3', [`${kit}/iceberg/digest.py`], {
    input: lines.map((line) => `${line}\n`).join(''),
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  }).trim()
}
