import type { ErrorClass } from './classes';
import { sqlStateClass } from './sqlstate';

const numbersByClass: Partial<Record<ErrorClass, readonly number[]>> = {
  timeout: [
    1969, // MariaDB max_statement_time
    3024, // MySQL max_execution_time
  ],
  cancelled: [1317], // KILL QUERY
  lock_timeout: [
    1205,
    1613, // XA
    3133, // locking service
    3572, // NOWAIT
  ],
  deadlock: [
    1213,
    1614, // XA
    3058, // GET_LOCK
    3132, // locking service
  ],
  serialization: [
    1020, // MariaDB: the row has changed since the snapshot
    3101, // group replication
  ],
  unique: [1022, 1062, 1169, 1586, 1859],
  constraint: [
    1048,
    1364, // not null
    1216,
    1217,
    1451,
    1452, // foreign keys
    1369, // WITH CHECK OPTION
    3819,
    4025, // check, MySQL and MariaDB
  ],
  permission: [
    1044,
    1045,
    1095,
    1142,
    1143,
    1211,
    1227,
    1370,
    1410,
    1419,
    1698, // MySQL's SQLSTATE is that of a syntax error
    1130, // the host may not connect
    1820,
    1862, // the password has expired
    1873,
    3118,
    3552,
    3554,
    3630,
    3879,
    3955,
  ],
  data: [
    1366, // the wrong kind of value, with a general SQLSTATE
  ],
  prepared_statement: [
    1243, // it does not exist
    1461, // too many
    1615, // it has to be prepared again
  ],
  connection: [
    1040,
    1203,
    1226, // too many connections
    1042,
    1043,
    1047, // Galera: not ready
    1053,
    1077,
    1079,
    1080, // shutdown
    1129,
    1152,
    1154,
    1155,
    1156,
    1157,
    1158,
    1159,
    1160,
    1161,
    1184, // network
    1927,
    3169, // killed
    2002,
    2003,
    2006,
    2013,
    2026,
    2055, // of the client
    4031, // idle too long
  ],
  syntax: [
    1007,
    1008, // database exists, does not exist
    1046,
    1049,
    1050,
    1051,
    1054,
    1055,
    1060,
    1061,
    1064,
    1091,
    1136,
    1140,
    1146,
    1149,
    1305,
    1052, // ambiguous column, with the SQLSTATE of a constraint
    1093,
    1111,
    1193,
    1210,
    1221,
    1222,
    1235,
    1241,
    1267,
    1273,
    1304,
    1347,
    1356,
    1359,
    1360,
    1582,
    1583,
    1584,
    1215,
    1822,
    1824,
    1826,
    1831,
    3730,
    3780, // foreign keys that cannot be defined
  ],
};

const byErrno: ReadonlyMap<number, ErrorClass> = new Map(
  Object.entries(numbersByClass).flatMap(([errorClass, numbers]) =>
    numbers.map((number) => [number, errorClass as ErrorClass] as const),
  ),
);

/** After these, MySQL and MariaDB have rolled back the whole transaction. */
const ENDING_ERRNOS = new Set([1020, 1213]);

/** By the error number, because the SQLSTATE is too coarse: HY000 for most. */
export function mysqlClass(errno: number, sqlState: string | undefined): ErrorClass {
  return byErrno.get(errno) ?? (sqlState === undefined ? undefined : sqlStateClass(sqlState)) ?? 'other';
}

export function endsMysqlTransaction(errno: number | undefined): boolean {
  return errno !== undefined && ENDING_ERRNOS.has(errno);
}
