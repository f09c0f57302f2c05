import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenSeed } from './chosen-seed.ts'
import { sendGenerated } from './generated-requests.ts'

void test(
  'requests of any values, in each version of each API, are answered, or their connection is closed with a reason in the log',
  { timeout: 180_000 },
  async (context) => {
    const counts = await sendGenerated(chosenSeed(context), 6)
    context.diagnostic(JSON.stringify(counts))
    assert.ok(counts.answered > 500 && counts.closed > 50, JSON.stringify(counts))
  },
)
