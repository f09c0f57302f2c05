import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { encodeDeletionVector } from '../puffin/deletion-vector.ts'
import { numbersIn, positionsOf } from '../puffin/positions.ts'
import { decodeBase85, encodeBase85 } from './base85.ts'
import { newestSegment } from './delta-log.ts'
import { checkProtocol } from './delta-protocol.ts'
import { deltaColumns } from './delta-schema.ts'
import { embedVector, locateVector, readVector } from './delta-vector.ts'

const commit = (version: number): string => `${String(version).padStart(20, '0')}.json`
const checkpoint = (version: number, rest: string): string => `${String(version).padStart(20, '0')}.checkpoint.${rest}`
const part = (of: number, count: number): string => [of, count].map((n) => String(n).padStart(10, '0')).join('.')

void suite('Delta logs', () => {
  void test('the newest version is the newest whole checkpoint and every commit behind it', () => {
    assert.deepEqual(newestSegment([commit(1), commit(0), '_last_checkpoint'], 't'), {
      version: 1,
      checkpoint: [],
      commits: [commit(0), commit(1)],
    })
    assert.deepEqual(newestSegment([commit(9), commit(10), commit(11), checkpoint(10, 'parquet')], 't'), {
      version: 11,
      checkpoint: [checkpoint(10, 'parquet')],
      commits: [commit(11)],
    })
    const parts = [1, 2].map((n) => checkpoint(10, `${part(n, 2)}.parquet`))
    assert.deepEqual(newestSegment([...parts.toReversed(), commit(10)], 't').checkpoint, parts)
    // One of the parts has not come yet.
    assert.deepEqual(
      newestSegment([parts[0]!, commit(0), ...Array.from({ length: 10 }, (_, at) => commit(at + 1))], 't').checkpoint,
      [],
    )
    const named = checkpoint(3, '80a083e8-7026-4e79-81be-64bd76c43a11.json')
    assert.deepEqual(newestSegment([named, checkpoint(2, 'parquet'), commit(3)], 't').checkpoint, [named])
  })

  void test('a version that lacks is an error, not a table without its rows', () => {
    assert.throws(() => newestSegment([commit(0), commit(2)], 't'), /WEIR-4026|version 1 lacks/)
    assert.throws(
      () => newestSegment([commit(7), checkpoint(5, 'parquet')], 't'),
      /version 6 lacks, between the checkpoint of version 5/,
    )
    assert.throws(() => newestSegment(['_last_checkpoint'], 't'), /no commit/)
  })

  void test('what readers have to know and this one does not is refused by name', () => {
    checkProtocol({ minReaderVersion: 1, minWriterVersion: 2 }, 't')
    checkProtocol(
      { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['deletionVectors', 'columnMapping'] },
      't',
    )
    assert.throws(
      () =>
        checkProtocol(
          { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['deletionVectors', 'variantType'] },
          't',
        ),
      /asks of its readers: variantType; this one knows columnMapping/,
    )
    assert.throws(() => checkProtocol({ minReaderVersion: 4, minWriterVersion: 9 }, 't'), /version 4; this one knows 3/)
  })

  void test('columns have the types of the log, and their physical names where names are mapped', () => {
    const field = (name: string, type: unknown, physical?: string) => ({
      name,
      type,
      nullable: true,
      metadata: physical === undefined ? {} : { 'delta.columnMapping.physicalName': physical },
    })
    const columns = (fields: readonly unknown[], mode?: string) =>
      deltaColumns(
        {
          id: 'x',
          format: { provider: 'parquet' },
          schemaString: JSON.stringify({ type: 'struct', fields }),
          partitionColumns: ['day'],
          configuration: mode === undefined ? {} : { 'delta.columnMapping.mode': mode },
        },
        't',
      )
    const array = { type: 'array', elementType: 'short', containsNull: true }
    const map = { type: 'map', keyType: 'string', valueType: { type: 'struct', fields: [field('a', 'long')] } }
    const found = columns([
      field('at', 'timestamp'),
      field('l', array),
      field('m', map),
      field('d', 'decimal(10,2)'),
      field('day', 'date'),
    ])
    assert.deepEqual(
      found.map(({ name, type, isPartition }) => [name, type, isPartition]),
      [
        ['at', 'timestamptz', false],
        ['l', 'list<int>', false],
        ['m', 'map<string, struct<a: long>>', false],
        ['d', 'decimal(10,2)', false],
        ['day', 'date', true],
      ],
    )
    assert.deepEqual(columns([field('a', 'long', 'col-1')], 'name')[0], {
      name: 'a',
      source: 'col-1',
      type: 'long',
      isPartition: false,
    })
    assert.throws(() => columns([field('m', map, 'col-1')], 'id'), /"m" has fields inside/)
    assert.throws(() => columns([field('v', 'variant')]), /"v" is variant/)
  })

  void test('vectors: those of the log itself, names of files by the example of the protocol, and what is no vector', async () => {
    const body = encodeDeletionVector(positionsOf([3, 4, 7, 11, 18, 29])).subarray(4, -4)
    const inline = {
      storageType: 'i',
      pathOrInlineDv: encodeBase85(body),
      sizeInBytes: body.length,
      cardinality: 6,
    } as const
    const positions = await readVector(locateVector(inline, 't'), 't')
    assert.deepEqual([...numbersIn(positions)], [3, 4, 7, 11, 18, 29])
    // "JSON Example 1": a folder, then a UUID.
    const file = locateVector(
      { storageType: 'u', pathOrInlineDv: 'ab^-aqEH.-t@S}K{vb[*k^', offset: 4, sizeInBytes: 40, cardinality: 6 },
      't',
    )
    assert.equal(file.path, 'ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin')
    await assert.rejects(
      readVector(locateVector({ ...inline, cardinality: 5 }, 't'), 't'),
      /it names 6 rows, the log 5/,
    )
    await assert.rejects(readVector(file, '/nowhere'), /WEIR-4026|ENOENT/)
    assert.throws(() => locateVector({ ...inline, storageType: 'p' }, 't'), /may be outside/)
    assert.equal(encodeBase85(Buffer.from('864fd26fb559f75b', 'hex')), 'HelloWorld')
    assert.throws(() => decodeBase85('abc'), RangeError)
    assert.throws(() => decodeBase85('#####'), RangeError)
  })

  void test('a vector of a file is the same with its bytes in itself, and a changed one is none', async () => {
    const blob = encodeDeletionVector(positionsOf([1, 5, 70_000]))
    const bytes = Buffer.concat([Buffer.of(1, 2, 3), blob, Buffer.of(4)])
    const inFile = { path: 'x.bin', offset: 3, sizeBytes: blob.length - 8, inline: null, rows: 3 }
    const read = async (from: number, length: number) => bytes.subarray(from, from + length)
    const embedded = await embedVector(inFile, 'x.bin', read)
    assert.equal(embedded.path, null)
    assert.deepEqual([...numbersIn(await readVector(embedded, '/nowhere'))], [1, 5, 70_000])
    await assert.rejects(
      embedVector({ ...inFile, rows: 2 }, 'x.bin', read),
      /WEIR-4026|x\.bin: it names 3 rows, the log 2/,
    )
    bytes[20]! ^= 1
    await assert.rejects(embedVector(inFile, 'x.bin', read), { code: 'WEIR-4026' })
  })
})
