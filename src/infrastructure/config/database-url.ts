import { Client } from 'pg';
import { isPort } from './network-settings';
import { mistakesInTlsFiles } from './tls-files';
import { mistakesInTlsParameters } from './tls-parameters';

/** Parameters that would silently replace what the service sets, and what to use instead. */
const reserved: Readonly<Record<string, string>> = {
  application_name: 'the service sets it',
  fallback_application_name: 'the service sets it',
  statement_timeout: 'use DATABASE_STATEMENT_TIMEOUT_MS',
  query_timeout: 'use DATABASE_STATEMENT_TIMEOUT_MS',
  lock_timeout: 'use DATABASE_LOCK_TIMEOUT_MS',
  idle_in_transaction_session_timeout: 'use DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS',
  connectionTimeoutMillis: 'use DATABASE_ACQUIRE_TIMEOUT_MS',
  max: 'use DATABASE_POOL_SIZE',
  options: 'use the variables of the service, or ALTER ROLE … SET',
  replication: 'the service runs statements, which a connection for replication does not',
  client_encoding: 'the service reads and writes UTF-8',
  binary: 'the service reads values as texts',
};

/** What PostgreSQL calls the encoding of this service. */
export const UTF_8 = /^utf[-_]?8$/i;
/** Values that change nothing. */
const harmless: Readonly<Record<string, RegExp>> = { client_encoding: UTF_8 };

/** Parameters that the driver reads. It ignores others, and the same name in capitals. */
const names: readonly string[] = [
  ...Object.keys(reserved),
  ...['host', 'port', 'user', 'password', 'ssl', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'sslnegotiation'],
];

/**
 * What is wrong with a connection string, to follow the name of its variable; empty if nothing is. What pg accepts is
 * accepted: sockets (`postgres://user@/db?host=/run/postgresql`), TLS parameters, parameters that it ignores.
 */
export function mistakesInDatabaseUrl(url: string): string[] {
  const [, authority = '', path = '', query = ''] =
    /^postgres(?:ql)?:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(url) ?? [];
  if (!/^postgres(?:ql)?:\/\//i.test(url)) return ['is not a URL that starts with postgres:// or postgresql://'];
  const escapes = mistakesInEscapes(url, authority, path);
  if (escapes.length > 0) return escapes;
  const parameters = new URLSearchParams(query);
  const hosts = parameters.get('host') ?? authority.slice(authority.lastIndexOf('@') + 1);
  if (hosts.includes(',')) {
    return ['names several hosts, but the driver uses one: give an address that always leads to the primary'];
  }
  const mistakes = [
    ...mistakesInNames(parameters),
    ...Object.entries(reserved)
      .filter(([name]) => parameters.has(name) && !harmless[name]?.test(parameters.get(name)!))
      .map(([name, instead]) => `contains the parameter ${name}: ${instead}`),
    ...mistakesInTlsParameters(parameters),
    ...mistakesInTlsFiles(parameters),
  ];
  return mistakes.length > 0 ? mistakes : mistakesOfTheDriver(url, parameters);
}

/** What is silently not used: a name that differs from the right one by its case, and the first of two values. */
function mistakesInNames(parameters: URLSearchParams): string[] {
  return [...new Set(parameters.keys())].flatMap((given) => {
    const right = names.find((name) => name !== given && name.toLowerCase() === given.toLowerCase());
    if (right) return [`contains the parameter ${given}, which the driver ignores: write it as ${right}`];
    return parameters.getAll(given).length > 1 ? [`contains the parameter ${given} more than once`] : [];
  });
}

/** A character that ends the user, the password or the host is taken for the end, and the rest for something else. */
function mistakesInEscapes(url: string, authority: string, path: string): string[] {
  const mistakes: string[] = [];
  const write = (character: string, escape: string) => {
    mistakes.push(`contains a ${character} that is not escaped: in a user or password, write it as ${escape}`);
  };
  if (/\s/.test(url)) write('white space', '%20');
  if (/%(?![\da-f]{2})/i.test(url)) write('%', '%25');
  if (url.includes('%00')) mistakes.push('contains %00, a character that PostgreSQL does not accept');
  if (url.includes('#')) write('#', '%23');
  // Without an @, what looks like a port is the beginning of a password.
  const isCutOff = !authority.includes('@') && /:(?!\d*$)/.test(authority.replace(/^\[.*\]/, ''));
  if (path.includes('@') || (isCutOff && path !== '')) write('/', '%2F');
  else if (isCutOff && !url.includes('#')) write('?', '%3F');
  if (authority.indexOf('@') !== authority.lastIndexOf('@')) write('@', '%40');
  return mistakes;
}

function mistakesOfTheDriver(url: string, parameters: URLSearchParams): string[] {
  try {
    const { port } = new Client({ connectionString: url });
    const given = parameters.get('port') ?? String(port);
    return isPort(given) ? [] : [`has the port ${given}, which is not a number from 1 to 65535`];
  } catch (error) {
    return [`cannot be parsed: ${(error as Error).message}`];
  }
}
