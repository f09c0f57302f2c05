/** Columns of every type that Iceberg, DuckDB and Trino have. */
export const typedColumns = {
  id: 'long',
  flag: 'boolean',
  small: 'int',
  single: 'float',
  ratio: 'double',
  price: 'decimal(9, 2)',
  wide: 'decimal(38, 10)',
  name: 'string',
  data: 'binary',
  key: 'uuid',
  day: 'date',
  clock: 'time',
  at: 'timestamp',
  moment: 'timestamptz',
  tags: 'list<string>',
  numbers: 'list<long>',
  place: 'struct<city: string, lat: double>',
  counts: 'map<string, long>',
} as const

const nulls = 'null, '.repeat(16) + 'null'
/** Values at their edges, in DuckDB's words. */
export const typedRows = `insert into typed values
  (1, true, 2147483647, 0.1, 0.1, 1234567.89, 1234567890123456789012345678.0123456789, 'plain', from_hex('00ff'), '12151fd2-7586-11e9-8f9e-2a86e4085a59',
   '2024-02-29', '04:05:06.789', '2024-02-29 04:05:06.789012', '2024-02-29 04:05:06.789012+00', ['a', null, 'b "c"', ''], [1, -9223372036854775808],
   {'city': 'Köln', 'lat': 50.9}, map(['x'], [9223372036854775807])),
  (2, false, -2147483648, '-infinity', 'nan', -0.01, -0.0000000001, 'it''s "ä", 漢字 \\ 😀', ''::blob, '00000000-0000-0000-0000-000000000000',
   '0001-01-01', '00:00:00', '0001-01-01 00:00:00', '0001-01-01 00:00:00+00', [], [], {'city': null, 'lat': 'infinity'}, map(['a', 'b'], [null, 0])),
  (9223372036854775807, null, 0, 'nan', 'infinity', 0, 0, '', from_hex('5c27'), 'ffffffff-ffff-ffff-ffff-ffffffffffff',
   '9999-12-31', '23:59:59.999999', '9999-12-31 23:59:59.999999', '1969-12-31 23:59:59.999999+00', [null], null, null, map([], [])),
  (-9223372036854775808, null, 1000000, '-0.0', 1e300, 7, 7, null, null, null, '1582-10-10', null, '1900-01-01 12:00:00.5', '2024-06-30 22:00:00+00', null, [9007199254740993],
   {'city': '', 'lat': 0}, null),
  (5, null, 12, 16777216, 5e-324, 9999999.99, 9999999999999999999999999999.9999999999, repeat('long ', 5000), null, null,
   '1970-01-01', '12:00:00', '1970-01-01 00:00:00', '2038-01-19 03:14:08+00', ['NULL', '{}', ' x ', 'a,b'], [0], {'city': 'ash', 'lat': -0.5}, null),
  (6, ${nulls})`

export interface Question {
  readonly text: string
  readonly values?: readonly unknown[]
}

/** Asked of both: the same columns' types, and the same bytes in text and in binary. */
export const questions: readonly Question[] = [
  { text: 'select * from typed order by id' },
  { text: 'select * from public.typed where id > 0 order by id desc' },
  { text: 'select id, day, clock, at, moment from typed order by id' },
  { text: 'select count(*) as n, count(name) as named, min(day) as first, max(at) as last from typed' },
  { text: 'select flag, count(*) as n from typed group by flag order by n desc, flag' },
  { text: 'select t.id, u.name from typed t join typed u on t.id = u.id where u.name is not null order by 1' },
  {
    text: 'with dear as (select id, price from typed where price > 0) select id, sum(price) over (order by id) > 10 as much from dear order by id',
  },
  { text: 'select id from typed where id in (select id from typed where small > 0) order by id limit 2' },
  { text: "select 1 as one, 'ä''x' as text, true as yes, cast(null as varchar) as nothing" },
  { text: 'select id from typed where flag union all select id from typed where not flag order by 1' },
  { text: "select * from (values (1, date '2024-01-01'), (2, null)) as t (n, d) order by n" },
  { text: 'select name from typed /* a comment -- */ where id = 1 -- and another' },
  // What Trino would read as the end of the comment is none.
  { text: "select id from /* /* */ table(w.system.query(query => 'delete')) -- */ typed order by id" },
  { text: 'select id, name from typed where id = $1', values: ['1'] },
  { text: 'select id from typed where name = $1 or price = $2 order by id', values: ['plain', '-0.01'] },
  { text: 'select id from typed where at > $1 order by id limit $2', values: ['2000-01-01 00:00:00', 2] },
  {
    text: 'select id from typed where moment >= $1 and day < $2 order by id',
    values: ['2024-02-29T05:05:06.789012+01:00', '2024-03-01'],
  },
  {
    text: 'select id from typed where flag = $1 or key = $2 order by id',
    values: [true, 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  },
  { text: 'select id from typed where data = $1', values: [Buffer.from([0, 255])] },
  { text: 'select cast($1 as varchar) as a, cast($2 as bigint) + 1 as b', values: ["it's", '41'] },
]

/** Questions to Trino that are refused: by the port's word for it, or by Trino's. */
export const refused: readonly (readonly [text: string, sqlstate: string])[] = [
  ['insert into typed (id) values (1)', '0A000'],
  ['update typed set id = 1', '0A000'],
  ['delete from typed', '0A000'],
  ['merge into typed using typed u on false when matched then delete', '0A000'],
  ['truncate typed', '0A000'],
  ['with x as (select 1) insert into typed (id) select 1', '0A000'],
  ['create table x (id bigint)', '0A000'],
  ['create catalog x using memory', '0A000'],
  ['alter table typed add column x bigint', '0A000'],
  ['alter table typed execute optimize', '0A000'],
  ['drop table typed', '0A000'],
  ['copy typed from stdin', '0A000'],
  ["call w.system.rollback_to_snapshot('public', 'typed', 1)", '0A000'],
  ["execute immediate 'drop table typed'", '0A000'],
  ['prepare x from select 1', '0A000'],
  ['use w.public', '0A000'],
  ['grant select on typed to weir', '0A000'],
  ['explain analyze insert into typed (id) values (1)', '0A000'],
  ["select * from table(w.system.query(query => 'delete'))", '42501'],
  ['select * from few', '0A000'],
  ['select relname from pg_class, typed', '0A000'],
  ['select nothing from typed', '42703'],
  ['select * from nowhere', '42P01'],
  ['select * frm typed', '42601'],
  ['select nofunction(1)', '42883'],
  ['select 1 / 0', '22012'],
  ["select id from typed where id = 'x'", '42804'],
  ["select cast('x' as bigint)", '22P02'],
  ['select approx_set(id) from typed', '0A000'],
]
