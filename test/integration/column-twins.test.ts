import assert from 'node:assert/strict'
import { test } from 'node:test'
import { governWeir, passwords } from '../support/governed-weir.ts'

interface Loaded {
  readonly metadata: { readonly schemas: readonly { readonly fields: readonly { readonly name: string }[] }[] }
}

void test('INV-S10: of two columns that differ by case SQL takes none for the other, and a client of the catalog has both', async () => {
  await using weir = await governWeir()
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${weir.http}/iceberg/v1/namespaces/public/${path}`, {
      method,
      headers: { authorization: `Bearer ${passwords.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    assert.equal(answer.status, 200, path)
    return (await answer.json()) as Loaded
  }
  const fieldsOf = async (table: string) => (await ask('GET', `tables/${table}`)).metadata.schemas.at(-1)!.fields
  const sql = async (text: string) => (await weir.sql('weir', text)).rows
  await sql('create table twins (id bigint, a bigint, b text)')
  await sql(`insert into twins values (1, 2, 'x')`)
  const fields = (await fieldsOf('twins')).map((field) => (field.name === 'b' ? { ...field, name: 'A' } : field))
  await ask('POST', 'tables/twins', {
    updates: [
      { action: 'add-schema', schema: { type: 'struct', fields } },
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
  })
  const long = (id: number, name: string) => ({ id, name, type: 'long', required: false })
  await ask('POST', 'tables', { name: 'pair', schema: { type: 'struct', fields: [long(1, 'ab'), long(2, 'AB')] } })

  const refused = {
    code: '42702',
    message: /^the columns "a" and "A" of public\.twins differ only by case, which SQL does not tell apart/,
    hint: /ALTER TABLE "public"."twins" RENAME COLUMN "A" TO/,
  }
  for (const text of [
    'select * from twins',
    'select "A" from twins',
    'select count(*) from twins',
    `insert into twins values (1, 2, 'y')`,
    'insert into twins (id) values (1)',
    'update twins set id = 5',
    'delete from twins where id = 9',
    'merge into twins using (select 1 as id) s on twins.id = s.id when matched then delete',
  ])
    await assert.rejects(sql(text), refused, text)
  await assert.rejects(sql('alter table pair drop column "Ab"'), { code: '42702', message: /"ab" and "AB"/ })

  const place = { type: 'struct', fields: [long(2, 'x'), long(3, 'X')] }
  await ask('POST', 'tables', {
    name: 'deep',
    schema: { type: 'struct', fields: [long(1, 'id'), { ...long(4, 'place'), type: place }] },
  })
  for (const text of ['select id from deep', 'insert into deep (id) values (1)'])
    await assert.rejects(sql(text), { message: /x and X (of a struct )?differ only by case/ }, text)

  // As it is written, each is told from the other.
  await sql('alter table twins rename column "A" to c')
  assert.deepEqual(await sql('select * from twins'), [{ id: '1', a: '2', c: 'x' }])
  await sql('alter table pair drop column "AB"')
  assert.deepEqual(
    (await fieldsOf('pair')).map(({ name }) => name),
    ['ab'],
  )
})
