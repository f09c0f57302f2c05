import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, int, record, refused, register } from '../../../test/support/registry-requests.ts'
import { withRegistry } from '../../../test/support/served-registry.ts'

void test('a schema gets an id and a version, the same ones when it comes again', async () => {
  await withRegistry(async (registry) => {
    assert.deepEqual((await registry.get('/subjects')).body, [])
    assert.equal((await registry.kafka.topics.describe(['_schemas'])).length, 0, 'who only asks makes no topic')
    const first = await register(registry, 'a-value', record(int('x')))
    assert.deepEqual([first.id, first.version], [1, 1])
    // Other spaces, the same schema.
    const again = await register(registry, 'a-value', {
      schema: JSON.stringify(JSON.parse(record(int('x')).schema), null, 2),
    })
    assert.deepEqual([again.id, again.version], [1, 1])
    const elsewhere = await register(registry, 'b-value', record(int('x')))
    assert.deepEqual([elsewhere.id, elsewhere.version], [1, 1])
    const next = await register(registry, 'a-value', record(int('x'), int('y', { default: 0 })))
    assert.deepEqual([next.id, next.version], [2, 2])
    assert.deepEqual((await registry.get('/subjects')).body, ['a-value', 'b-value'])
    assert.deepEqual((await registry.get('/subjects/a-value/versions')).body, [1, 2])
    for (const version of ['2', 'latest', '-1']) {
      const found = bodyOf<{ id: number; version: number; subject: string }>(
        await registry.get(`/subjects/a-value/versions/${version}`),
      )
      assert.deepEqual([found.subject, found.version, found.id], ['a-value', 2, 2])
    }
    assert.deepEqual(
      (await registry.get('/subjects/a-value/versions/1/schema')).body,
      JSON.parse(record(int('x')).schema),
    )
    assert.deepEqual((await registry.get('/schemas/ids/1/subjects')).body, ['a-value', 'b-value'])
    assert.deepEqual((await registry.get('/schemas/ids/2/versions')).body, [{ subject: 'a-value', version: 2 }])
    const { schema, guid } = bodyOf<{ schema: string; guid: string }>(await registry.get('/schemas/ids/1'))
    assert.equal(schema, record(int('x')).schema)
    assert.equal(bodyOf<{ schema: string }>(await registry.get(`/schemas/guids/${guid}`)).schema, schema)
    assert.deepEqual((await registry.get(`/schemas/guids/${guid}/ids`)).body, [{ context: '.', id: 1 }])
    assert.equal(bodyOf<{ maxId: number }>(await registry.get('/schemas/ids/1?fetchMaxId=true')).maxId, 2)
    const [policy] = (await registry.kafka.topics.configs('_schemas')).filter(({ name }) => name === 'cleanup.policy')
    assert.equal(policy?.value, 'compact')
  })
})

void test('what is not there is told apart', async () => {
  await withRegistry(async (registry) => {
    await register(registry, 'a', record(int('x')))
    assert.deepEqual(refused(await registry.get('/subjects/none/versions')), [404, 40401])
    assert.deepEqual(refused(await registry.get('/subjects/a/versions/2')), [404, 40402])
    assert.deepEqual(refused(await registry.get('/subjects/a/versions/first')), [422, 42202])
    assert.deepEqual(refused(await registry.get('/subjects/a/versions/0')), [422, 42202])
    assert.deepEqual(refused(await registry.get('/schemas/ids/7')), [404, 40403])
    assert.deepEqual(refused(await registry.get('/schemas/ids/seven')), [404, 404])
    assert.deepEqual(refused(await registry.post('/subjects/a', record())), [404, 40403])
    assert.deepEqual(refused(await registry.post('/subjects/none', record())), [404, 40401])
    assert.deepEqual(refused(await registry.get('/config/a')), [404, 40408])
    assert.deepEqual(refused(await registry.get('/mode/a')), [404, 40409])
    assert.deepEqual(refused(await registry.delete('/config/a')), [404, 40401])
    assert.deepEqual(refused(await registry.get('/nowhere')), [404, 404])
  })
})

void test('what cannot be taken is refused by name, and nothing is passed over', async () => {
  await withRegistry(async (registry) => {
    const post = async (body: unknown) => refused(await registry.post('/subjects/a/versions', body))
    assert.deepEqual(await post({ schema: '{"type":"recrd"}' }), [422, 42201])
    assert.deepEqual(await post({ schema: '' }), [422, 42201])
    assert.deepEqual(await post({ schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' }), [422, 42201])
    assert.deepEqual(await post({ ...record(), ruleSet: { domainRules: [{ name: 'r' }] } }), [422, 42210])
    assert.deepEqual(await post({ ...record(), schemaTagsToAdd: [{}] }), [422, 422])
    assert.deepEqual(await post({ ...record(), surprise: 1 }), [422, 422])
    assert.deepEqual(await post({ ...record(), id: 7 }), [422, 42205])
    assert.deepEqual(await post({ ...record(), version: 7 }), [422, 42201])
    assert.deepEqual(await post({ schema: `"${'x'.repeat(1_000_001)}"` }), [422, 42209])
    assert.deepEqual(await post({ ...record(), references: [{ name: 'n', subject: 's', version: 1 }] }), [422, 42201])
    assert.deepEqual(refused(await registry.post('/subjects/__GLOBAL/versions', record())), [422, 42208])
    assert.deepEqual(refused(await registry.put('/config', { compatibility: 'sideways' })), [422, 42203])
    assert.deepEqual(refused(await registry.put('/config', { validateFields: true })), [422, 422])
    assert.deepEqual(refused(await registry.put('/config', { compatibilityPolicy: 'LOGICAL' })), [422, 422])
    assert.deepEqual(refused(await registry.put('/mode', { mode: 'FORWARD' })), [422, 42204])
    assert.deepEqual(refused(await registry.get('/schemas?ruleType=CEL')), [422, 422])
    // A real registry passes over what it does not know, and clients rely on it.
    bodyOf(await registry.get('/subjects?sorted=true&deleted_only=False'))
    const broken = await registry.app.inject({
      method: 'POST',
      url: '/schema-registry/subjects/a/versions',
      payload: '{',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    })
    assert.deepEqual([broken.statusCode, broken.json().error_code], [400, 400])
    assert.equal(broken.headers['content-type'], 'application/vnd.schemaregistry.v1+json')
    // What clients send without meaning it.
    await register(registry, 'a', {
      ...record(),
      ruleSet: null,
      metadata: null,
      references: [],
      propagateSchemaTags: false,
      id: -1,
    })
  })
})

void test('compatibility follows the level of the subject, or else the one of all', async () => {
  await withRegistry(async (registry) => {
    const plus = record(int('x'), int('y'))
    const plusDefault = record(int('x'), int('y', { default: 0 }))
    await register(registry, 'a', record(int('x')))
    const test = async (body: unknown, at = 'versions/latest'): Promise<boolean> =>
      bodyOf<{ is_compatible: boolean }>(await registry.post(`/compatibility/subjects/a/${at}`, body)).is_compatible
    assert.equal(await test(plus), false)
    assert.equal(await test(plusDefault), true)
    assert.equal(await test(record()), true)
    const verbose = bodyOf<{ messages: string[] }>(
      await registry.post('/compatibility/subjects/a/versions?verbose=true', plus),
    )
    assert.match(verbose.messages[0]!, /READER_FIELD_MISSING_DEFAULT_VALUE.*the field y of the new schema/)
    assert.deepEqual(refused(await registry.post('/subjects/a/versions', plus)), [409, 409])
    for (const [level, withField, without] of [
      ['BACKWARD', false, true],
      ['FORWARD', true, false],
      ['FULL', false, false],
      ['NONE', true, true],
    ] as const) {
      assert.deepEqual(bodyOf(await registry.put('/config/a', { compatibility: level })), { compatibility: level })
      assert.deepEqual([await test(plus), await test(record())], [withField, without], level)
    }
    assert.deepEqual(bodyOf(await registry.delete('/config/a')), { compatibilityLevel: 'NONE' })
    await registry.put('/config', { compatibility: 'none' })
    assert.deepEqual(bodyOf(await registry.get('/config/a?defaultToGlobal=true')), { compatibilityLevel: 'NONE' })
    assert.equal(await test(plus), true)
    // Transitive: also against those before the latest.
    await registry.put('/config', { compatibility: 'BACKWARD' })
    await register(registry, 'a', record())
    assert.equal(await test(record({ name: 'x', type: 'string', default: '' })), true)
    await registry.put('/config', { compatibility: 'BACKWARD_TRANSITIVE' })
    assert.equal(await test(record({ name: 'x', type: 'string', default: '' }), 'versions'), false)
    assert.equal(await test(record({ name: 'x', type: 'string', default: '' }), 'versions/2'), true)
    assert.deepEqual(refused(await registry.post('/compatibility/subjects/a/versions/9', record())), [404, 40402])
  })
})

void test('with a group only schemas of the same group are compared', async () => {
  await withRegistry(async (registry) => {
    const grouped = (major: string, ...fields: object[]) => ({
      ...record(...fields),
      metadata: { properties: { major } },
    })
    await registry.put('/config/a', { compatibilityGroup: 'major' })
    await register(registry, 'a', grouped('1', int('x')))
    assert.deepEqual(refused(await registry.post('/subjects/a/versions', grouped('1', int('x'), int('y')))), [409, 409])
    const second = await register(registry, 'a', grouped('2', int('x'), int('y')))
    const third = await register(registry, 'a', grouped('1', int('x'), int('z', { default: 1 })))
    assert.deepEqual([second.version, third.version], [2, 3])
    const latest = bodyOf<{ version: number }>(await registry.get('/subjects/a/metadata?key=major&value=1'))
    assert.equal(latest.version, 3)
    // What is left out stays.
    const kept = await register(registry, 'a', record(int('x'), int('z', { default: 1 }), int('w', { default: 1 })))
    const { metadata } = bodyOf<{ metadata: unknown }>(await registry.get(`/subjects/a/versions/${kept.version}`))
    assert.deepEqual(metadata, { properties: { major: '1' } })
  })
})

void test('a version is deleted softly first, then for good, and its id is never given again', async () => {
  await withRegistry(async (registry) => {
    await register(registry, 'a', record(int('x')))
    await register(registry, 'a', record(int('x'), int('y', { default: 0 })))
    assert.deepEqual(refused(await registry.delete('/subjects/a/versions/2?permanent=true')), [404, 40407])
    assert.equal(bodyOf(await registry.delete('/subjects/a/versions/latest')), 2)
    assert.deepEqual(refused(await registry.delete('/subjects/a/versions/2')), [404, 40406])
    assert.deepEqual((await registry.get('/subjects/a/versions')).body, [1])
    assert.deepEqual((await registry.get('/subjects/a/versions?deleted=true')).body, [1, 2])
    assert.deepEqual((await registry.get('/subjects/a/versions?deletedOnly=true')).body, [2])
    assert.deepEqual((await registry.get('/subjects/a/versions?deletedAsNegative=true')).body, [1, -2])
    assert.deepEqual(refused(await registry.get('/subjects/a/versions/2')), [404, 40402])
    bodyOf(await registry.get('/subjects/a/versions/2?deleted=true'))
    // Data that was written with it is still read.
    bodyOf(await registry.get('/schemas/ids/2'))
    assert.equal(bodyOf(await registry.delete('/subjects/a/versions/2?permanent=true')), 2)
    assert.deepEqual(refused(await registry.get('/schemas/ids/2')), [404, 40403])
    await registry.reopen()
    const again = await register(registry, 'a', record(int('x'), int('y', { default: 0 })))
    assert.deepEqual([again.id, again.version], [3, 2])

    assert.deepEqual(refused(await registry.delete('/subjects/a?permanent=true')), [404, 40405])
    assert.deepEqual(bodyOf(await registry.delete('/subjects/a')), [1, 2])
    assert.deepEqual(refused(await registry.delete('/subjects/a')), [404, 40404])
    assert.deepEqual((await registry.get('/subjects')).body, [])
    assert.deepEqual((await registry.get('/subjects?deleted=true')).body, ['a'])
    await registry.put('/config/a', { compatibility: 'NONE' })
    assert.deepEqual(bodyOf(await registry.delete('/subjects/a?permanent=true')), [1, 2])
    assert.deepEqual(refused(await registry.delete('/subjects/a')), [404, 40401])
    assert.deepEqual(refused(await registry.get('/config/a')), [404, 40408])
    await registry.reopen()
    assert.deepEqual([(await register(registry, 'a', record(int('x')))).id], [4])
  })
})

void test('a schema that was deleted softly comes back with its id, as a new version', async () => {
  await withRegistry(async (registry) => {
    await register(registry, 'a', record(int('x')))
    await registry.delete('/subjects/a')
    const back = await register(registry, 'a', record(int('x')))
    assert.deepEqual([back.id, back.version], [1, 2])
    assert.deepEqual((await registry.get('/subjects/a/versions?deleted=true')).body, [2])
  })
})

void test('schemas refer to others, which then cannot go', async () => {
  await withRegistry(async (registry) => {
    const address = { schema: '{"type":"record","name":"x.Address","fields":[{"name":"zip","type":"string"}]}' }
    await register(registry, 'address', address)
    const references = [{ name: 'x.Address', subject: 'address', version: -1 }]
    const user = { schema: '{"type":"record","name":"User","fields":[{"name":"at","type":"x.Address"}]}', references }
    await register(registry, 'user', user)
    const found = bodyOf<{ references: unknown; id: number }>(await registry.get('/subjects/user/versions/1'))
    assert.deepEqual(found.references, [{ name: 'x.Address', subject: 'address', version: 1 }])
    const resolved = bodyOf<{ schema: string }>(await registry.get('/schemas/ids/2?format=resolved'))
    assert.match(resolved.schema, /"name":"Address","namespace":"x"/)
    // The same with all written out in it.
    assert.equal(bodyOf<{ id: number }>(await registry.post('/subjects/user', { schema: resolved.schema })).id, 2)
    assert.deepEqual((await registry.get('/subjects/address/versions/1/referencedby')).body, [2])
    assert.deepEqual(refused(await registry.delete('/subjects/address/versions/1')), [422, 42206])
    assert.deepEqual(refused(await registry.delete('/subjects/address')), [422, 42206])
    await registry.delete('/subjects/user')
    assert.deepEqual(bodyOf(await registry.delete('/subjects/address')), [1])
    assert.deepEqual(refused(await registry.delete('/subjects/address?permanent=true')), [422, 42206])
    assert.deepEqual(refused(await registry.post('/subjects/other/versions', user)), [422, 42201])
  })
})

void test('JSON Schemas are held to their own rules, and refer to each other', async () => {
  await withRegistry(async (registry) => {
    const json = (schema: unknown, more = {}) => ({ schemaType: 'JSON', schema: JSON.stringify(schema), ...more })
    const closed = (properties: object) => ({ type: 'object', properties, additionalProperties: false })
    await register(registry, 'j', json(closed({ a: { type: 'string' } })))
    await register(registry, 'j', json(closed({ a: { type: 'string' }, b: { type: 'number' } })))
    const open = await registry.post('/subjects/j/versions', json(closed({ a: { type: 'number' } })))
    assert.deepEqual(refused(open), [409, 409])
    assert.match((open.body as { message: string }).message, /TYPE_CHANGED.*#\/properties\/a/)
    const found = bodyOf<{ schemaType: string }>(await registry.get('/subjects/j/versions/1'))
    assert.equal(found.schemaType, 'JSON')
    const references = [{ name: 'j.json', subject: 'j', version: 2 }]
    await register(registry, 'k', json({ type: 'object', properties: { j: { $ref: 'j.json' } } }, { references }))
    assert.deepEqual(refused(await registry.post('/subjects/k/versions', json({ $ref: 'none.json' }))), [422, 42201])
    assert.deepEqual(refused(await registry.post('/subjects/j/versions', record())), [409, 409])
    // Order of keys counts, unless it is asked not to.
    const swapped = json({ additionalProperties: false, type: 'object', properties: { a: { type: 'string' } } })
    await registry.put('/config/n', { normalize: true })
    const one = await register(registry, 'n', json(closed({ a: { type: 'string' } })))
    const same = await register(registry, 'n', swapped)
    assert.deepEqual([one.id, one.version], [same.id, same.version])
    assert.deepEqual((await registry.get('/schemas/types')).body, ['AVRO', 'JSON'])
  })
})

void test('modes: read only, overriding, and import with ids of another registry', async () => {
  await withRegistry(async (registry) => {
    await register(registry, 'a', record(int('x')))
    await registry.put('/mode', { mode: 'READONLY' })
    assert.deepEqual(refused(await registry.post('/subjects/b/versions', record())), [422, 42205])
    assert.deepEqual(refused(await registry.delete('/subjects/a')), [422, 42205])
    assert.deepEqual(refused(await registry.put('/config', { compatibility: 'NONE' })), [422, 42205])
    // It has it already.
    await register(registry, 'a', record(int('x')))
    await registry.put('/mode/b', { mode: 'READWRITE' })
    await register(registry, 'b', record())
    await registry.put('/mode', { mode: 'READONLY_OVERRIDE' })
    assert.deepEqual(
      refused(await registry.post('/subjects/b/versions', record(int('z', { default: 1 })))),
      [422, 42205],
    )
    assert.deepEqual(bodyOf(await registry.delete('/mode')), { mode: 'READONLY_OVERRIDE' })
    assert.deepEqual(bodyOf(await registry.get('/mode')), { mode: 'READWRITE' })
    assert.deepEqual(refused(await registry.put('/mode/a', { mode: 'IMPORT' })), [422, 42205])
    assert.deepEqual(bodyOf(await registry.put('/mode/i', { mode: 'IMPORT' })), { mode: 'IMPORT' })
    assert.deepEqual(refused(await registry.post('/subjects/i/versions', record(int('q')))), [422, 42205])
    const imported = await register(registry, 'i', { ...record(int('q')), id: 500, version: 7 })
    assert.deepEqual([imported.id, imported.version], [500, 7])
    assert.deepEqual(
      refused(await registry.post('/subjects/i/versions', { ...record(int('r')), id: 500 })),
      [422, 42205],
    )
    assert.deepEqual(bodyOf(await registry.get('/mode/i?defaultToGlobal=true')), { mode: 'IMPORT' })
    // New ids go on beyond those that were imported.
    assert.equal((await register(registry, 'c', record(int('n')))).id, 501)
  })
})
