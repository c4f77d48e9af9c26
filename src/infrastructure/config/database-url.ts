import { Client } from 'pg';
import { mistakesInTlsFiles } from './tls-files';

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
};

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
  const mistakes = Object.entries(reserved)
    .filter(([name]) => parameters.has(name))
    .map(([name, instead]) => `contains the parameter ${name}: ${instead}`);
  const files = mistakesInTlsFiles(parameters);
  return [...mistakes, ...(files.length > 0 ? files : mistakesOfTheDriver(url))];
}

/** A character that ends the user, the password or the host is taken for the end, and the rest for something else. */
function mistakesInEscapes(url: string, authority: string, path: string): string[] {
  const mistakes: string[] = [];
  const write = (character: string, escape: string) => {
    mistakes.push(`contains a ${character} that is not escaped: in a user or password, write it as ${escape}`);
  };
  if (/%(?![\da-f]{2})/i.test(url)) write('%', '%25');
  if (url.includes('#')) write('#', '%23');
  // Without an @, what looks like a port is the beginning of a password.
  const isCutOff = !authority.includes('@') && /:(?!\d*$)/.test(authority.replace(/^\[.*\]/, ''));
  if (path.includes('@') || (isCutOff && path !== '')) write('/', '%2F');
  else if (isCutOff && !url.includes('#')) write('?', '%3F');
  if (authority.indexOf('@') !== authority.lastIndexOf('@')) write('@', '%40');
  return mistakes;
}

function mistakesOfTheDriver(url: string): string[] {
  try {
    new Client({ connectionString: url });
    return [];
  } catch (error) {
    return [`cannot be parsed: ${(error as Error).message}`];
  }
}
