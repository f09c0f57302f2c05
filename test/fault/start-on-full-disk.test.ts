import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openMetadata } from '../../src/storage/metadata/metadata.ts'
import { mayMount, smallDisk } from './small-disk.ts'

// Under CI there is no skipping: without the rights the mount fails and says so.
const skip = mayMount() || process.env['CI'] !== undefined ? false : 'needs root, to mount a small disk'

void test(
  'metadata on a full disk is not called damaged: it says what is full, and opens once there is room',
  { skip },
  async () => {
    using disk = smallDisk(8)
    const path = join(disk.folder, 'metadata.db')
    const first = await openMetadata(path)
    await first.epochs.next('x')
    await first.close()
    disk.fillUpTo(0)
    await assert.rejects(openMetadata(path), {
      code: 'WEIR-8001',
      message: /metadata\.db cannot be opened: its disk is full, 0 bytes are free\. Free some megabytes there/,
    })
    disk.makeRoom()
    const second = await openMetadata(path)
    assert.equal(await second.epochs.next('x'), 2)
    await second.close()
  },
)
