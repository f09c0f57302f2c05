import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { checksumOf, type StoredChecksums } from './checksum.ts'

// `123456789` is the check value of catalogues of CRCs: cbf43926 and e3069283.
const text = '123456789'
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

void describe('checksums that S3 tells', () => {
  const known: readonly StoredChecksums[] = [
    { ChecksumCRC32: base64('cbf43926') },
    { ChecksumCRC32: base64('cbf43926'), ChecksumType: 'FULL_OBJECT' },
    { ChecksumCRC32C: base64('e3069283') },
    { ChecksumSHA1: createHash('sha1').update(text).digest('base64') },
    { ChecksumSHA256: createHash('sha256').update(text).digest('base64') },
  ]
  for (const stored of known)
    void it(`are computed in pieces: ${JSON.stringify(stored)}`, () => {
      const checksum = checksumOf(stored)!
      for (const piece of ['1234', '', '56789']) checksum.add(Buffer.from(piece))
      assert.equal(checksum.sum(), checksum.expected)
      checksum.add(Buffer.from('0'))
      assert.notEqual(checksum.sum(), checksum.expected)
    })

  void it('are left out when they are of the parts, or of a kind that is not computed here', () => {
    assert.equal(checksumOf({}), undefined)
    assert.equal(checksumOf({ ChecksumCRC32: `${base64('cbf43926')}-3` }), undefined)
    assert.equal(checksumOf({ ChecksumCRC32C: base64('e3069283'), ChecksumType: 'COMPOSITE' }), undefined)
  })
})
