import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { acquireLock } from '../kernel/lock.ts'
import { writeEndpoints } from '../platform/supervisor/endpoints.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { whileMaintenanceRests } from './hold-maintenance.ts'

/** A Weir as far as a hold goes: it says `held`, and knows who is connected. */
async function pretendWeir(data: string) {
  const holders = new Set<() => void>()
  const server = createServer((request, response) => {
    request.resume()
    const end = (): void => void response.end()
    holders.add(end)
    response.once('close', () => holders.delete(end))
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: held\ndata: {}\n\n')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const http = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const streams = { bootstrap: '', projectDirectory: data }
  await writeEndpoints(data, { kafka: '', postgres: '', http, iceberg: '', pid: process.pid, started: '', streams })
  return { holders, close: () => (server.closeAllConnections(), server.close()) }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-hold-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

void test('a Weir that runs holds its maintenance until the work is done', () =>
  inFolder(async (folder) => {
    process.env['WEIR_DATA'] = folder
    const weir = await pretendWeir(folder)
    try {
      const result = await whileMaintenanceRests(folder, folder, async () => weir.holders.size)
      assert.equal(result, 1)
      await waitUntil('the hold is over', () => weir.holders.size === 0)
      await assert.rejects(
        whileMaintenanceRests(folder, folder, () => Promise.reject(new Error('no room'))),
        /no room/,
      )
      await waitUntil('the hold of what failed is over', () => weir.holders.size === 0)
    } finally {
      weir.close()
      delete process.env['WEIR_DATA']
    }
  }))

void test('work during which Weir ended is not taken for good', () =>
  inFolder(async (folder) => {
    process.env['WEIR_DATA'] = folder
    const weir = await pretendWeir(folder)
    try {
      const work = async (): Promise<void> => {
        for (const end of weir.holders) end()
        await waitUntil('the connection is gone', () => weir.holders.size === 0)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await assert.rejects(whileMaintenanceRests(folder, folder, work), { code: 'WEIR-2012', message: /Take it again/ })
    } finally {
      weir.close()
      delete process.env['WEIR_DATA']
    }
  }))

void test('where no Weir runs, none starts meanwhile', () =>
  inFolder(async (folder) => {
    const start = (): void => acquireLock(join(folder, 'supervisor.lock'), folder).release()
    await whileMaintenanceRests(folder, folder, async () => {
      assert.throws(start, { code: 'WEIR-2001', message: new RegExp(`process ${process.pid}`) })
    })
    start()
  }))
