import type { ErrorClass } from './classes';

type Numbers = Partial<Record<ErrorClass, readonly number[]>>;

/** The most common errors of SQL Server; the driver `mssql` has no SQLSTATE. */
const sqlServer: Numbers = {
  cancelled: [3617],
  lock_timeout: [1222],
  deadlock: [1205],
  serialization: [3960, 3961],
  transaction_aborted: [3930],
  unique: [2601, 2627],
  constraint: [515, 547],
  data: [220, 241, 242, 245, 2628, 8114, 8115, 8134, 8152],
  permission: [229, 230, 262, 297, 300, 916, 4060, 15247, 18456],
  prepared_statement: [8179],
  connection: [596, 6005, 10054, 10060, 17142, 40613],
  syntax: [102, 105, 156, 170, 201, 207, 208, 209, 213, 1038, 1785, 2705, 2714, 2812, 4104, 4121, 8120, 8144],
};

/** The most common errors of Oracle. */
const oracle: Numbers = {
  timeout: [40],
  cancelled: [1013],
  lock_timeout: [54, 30006],
  deadlock: [60],
  serialization: [8177],
  unique: [1],
  constraint: [1400, 1407, 2290, 2291, 2292],
  data: [1438, 1476, 1722, 1830, 1843, 1861, 12899],
  permission: [1017, 1031, 1045, 28000, 28001],
  connection: [28, 1012, 1033, 1034, 1089, 1090, 3113, 3114, 3135, 12170, 12514, 12541],
  syntax: [900, 904, 907, 911, 913, 917, 918, 923, 933, 936, 942, 947, 955, 957, 979],
};

const classOf = (numbers: Numbers) => {
  const byNumber = new Map(
    Object.entries(numbers).flatMap(([errorClass, list]) =>
      list.map((number) => [number, errorClass as ErrorClass] as const),
    ),
  );
  return (number: number): ErrorClass => byNumber.get(number) ?? 'other';
};

export const sqlServerClass = classOf(sqlServer);
export const oracleClass = classOf(oracle);
