import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Project } from '../project/project.ts'
import { restartNotice } from './restart-notice.ts'

const running: Project = {
  name: 'shop',
  environment: null,
  notices: [],
  resources: [],
  settings: { ports: { http: 4000 }, diskBudgetBytes: null, autoCreateTopics: true, defaultPartitions: 4 },
}

void test('a change of what is read only at the start is named, by the names that the project uses', () => {
  const saved = { ...running, name: 'store', settings: { ...running.settings, ports: {}, diskBudgetBytes: 1 } }
  assert.match(restartNotice(running, saved)!, /^name, ports, diskBudget changed: .*started again/)
  const resources = [{ kind: 'stream', name: 'a', spec: {}, tags: {} }]
  assert.equal(restartNotice(running, { ...running, resources }), undefined)
})
