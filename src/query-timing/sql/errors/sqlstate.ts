import type { ErrorClass } from './classes';

/** Individual SQLSTATEs; {@link bySqlStateClass} classifies the rest. */
const bySqlState: Readonly<Record<string, ErrorClass>> = {
  '0LP01': 'permission', // grant that is not possible
  '21S01': 'syntax', // number of values, MySQL
  '21S02': 'syntax',
  '25P02': 'transaction_aborted',
  '25P03': 'connection', // idle_in_transaction_session_timeout ends the session
  '25P04': 'timeout', // transaction_timeout, PostgreSQL 17
  '40001': 'serialization',
  '40002': 'constraint', // found at the end of a transaction
  '40P01': 'deadlock',
  '42501': 'permission',
  '42P05': 'prepared_statement', // the name is in use
  '53300': 'connection', // too many connections
  '55P03': 'lock_timeout',
  '23505': 'unique',
};

/** By the first two characters of the SQLSTATE. */
const bySqlStateClass: Readonly<Record<string, ErrorClass>> = {
  '08': 'connection',
  '0A': 'syntax', // not supported
  '0L': 'permission', // invalid grantor
  '0P': 'permission', // invalid role
  '22': 'data', // a value that the type cannot have: usually the caller's
  '23': 'constraint',
  '26': 'prepared_statement', // it does not exist
  '28': 'permission', // authentication
  '3D': 'syntax', // no such database
  '3F': 'syntax', // no such schema
  '42': 'syntax', // also unknown, duplicate and ambiguous names
  '44': 'constraint', // WITH CHECK OPTION
  '57': 'connection', // shutdown, crash, terminated by an administrator
};

/** By the SQLSTATE alone; 57014 and some others need the message too. Undefined for one that belongs to no class. */
export function sqlStateClass(state: string): ErrorClass | undefined {
  return bySqlState[state] ?? bySqlStateClass[state.slice(0, 2)];
}
