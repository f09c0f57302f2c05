import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { WeirError } from '../../kernel/errors/weir-error.ts'
import { stream } from '../../index.ts'
import { chooseEnvironment } from '../project/choose-environment.ts'
import { defineProject } from '../project/define-project.ts'
import { planStopped } from './plan-stopped.ts'

void test('where no Weir runs a plan checks the settings of topics as a running one does', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-plan-stopped-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const planned = async (config: Readonly<Record<string, string>>, streams?: { readonly bootstrap: string[] }) => {
    const resources = [stream('orders', { config })]
    const project = defineProject({ name: 'shop', resources, ...(streams ? { streams } : {}) })
    const { changes } = await planStopped(chooseEnvironment(project, null), join(folder, '.weir'), folder)
    return changes.map(({ action, name }) => `${action} ${name}`)
  }
  assert.deepEqual(await planned({ 'cleanup.policy': 'compact' }), ['create orders'])
  await assert.rejects(planned({ 'cleanup.polcy': 'compact' }), (error: WeirError) => {
    assert.match(error.message, /did you mean/)
    assert.match(error.at ?? '', /plan-stopped\.test\.ts:\d+:\d+$/)
    return error.code === 'WEIR-1003'
  })
  assert.deepEqual(await planned({ 'confluent.tier.enable': 'true' }, { bootstrap: ['127.0.0.1:1'] }), [
    'create orders',
  ])
})
