/** The eight tables of TPC-H (specification, 1.4) in Iceberg's types, as the generator writes them. */
const money = 'decimal(15,2)'

export const tpchTables = {
  region: { r_regionkey: 'long', r_name: 'string', r_comment: 'string' },
  nation: { n_nationkey: 'long', n_name: 'string', n_regionkey: 'long', n_comment: 'string' },
  supplier: {
    s_suppkey: 'long',
    s_name: 'string',
    s_address: 'string',
    s_nationkey: 'long',
    s_phone: 'string',
    s_acctbal: money,
    s_comment: 'string',
  },
  customer: {
    c_custkey: 'long',
    c_name: 'string',
    c_address: 'string',
    c_nationkey: 'long',
    c_phone: 'string',
    c_acctbal: money,
    c_mktsegment: 'string',
    c_comment: 'string',
  },
  part: {
    p_partkey: 'long',
    p_name: 'string',
    p_mfgr: 'string',
    p_brand: 'string',
    p_type: 'string',
    p_size: 'int',
    p_container: 'string',
    p_retailprice: money,
    p_comment: 'string',
  },
  partsupp: {
    ps_partkey: 'long',
    ps_suppkey: 'long',
    ps_availqty: 'int',
    ps_supplycost: money,
    ps_comment: 'string',
  },
  orders: {
    o_orderkey: 'long',
    o_custkey: 'long',
    o_orderstatus: 'string',
    o_totalprice: money,
    o_orderdate: 'date',
    o_orderpriority: 'string',
    o_clerk: 'string',
    o_shippriority: 'int',
    o_comment: 'string',
  },
  lineitem: {
    l_orderkey: 'long',
    l_partkey: 'long',
    l_suppkey: 'long',
    l_linenumber: 'int',
    l_quantity: money,
    l_extendedprice: money,
    l_discount: money,
    l_tax: money,
    l_returnflag: 'string',
    l_linestatus: 'string',
    l_shipdate: 'date',
    l_commitdate: 'date',
    l_receiptdate: 'date',
    l_shipinstruct: 'string',
    l_shipmode: 'string',
    l_comment: 'string',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>

export type TpchTable = keyof typeof tpchTables

export const tpchTableNames = Object.keys(tpchTables) as readonly TpchTable[]
