import { UTF_8 } from './database-url';

/** Variables of the driver that would silently replace what the service needs, and what to use instead. */
const reserved: Readonly<Record<string, string>> = {
  PGOPTIONS: 'use the variables of the service, or ALTER ROLE … SET',
  PGREPLICATION: 'the service runs statements, which a connection for replication does not',
  PGCLIENT_ENCODING: 'the service reads and writes UTF-8',
  PGBINARY: 'the service reads values as texts',
};

/** Variables that decide about encryption where the connection string does not, by its parameters that do. */
const ofTls: Readonly<Record<string, readonly string[]>> = {
  PGSSLMODE: ['sslmode', 'ssl'],
  PGSSLNEGOTIATION: ['sslnegotiation'],
};
/** Values that change nothing. */
const harmless: Readonly<Record<string, RegExp>> = {
  PGCLIENT_ENCODING: UTF_8,
  PGSSLMODE: /^disable$/,
  PGSSLNEGOTIATION: /^postgres$/,
};

const connectionStrings = ['DATABASE_URL', 'DATABASE_REPLICA_URL'] as const;

/**
 * What variables of libpq would change without a word in the connection string, because the driver reads them, too: one sentence
 * each. Those that only fill in what the string leaves out (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE) are no mistakes.
 */
export function mistakesInDriverVariables(set: Readonly<Record<string, string | undefined>>): string[] {
  const hasEffect = ([name]: [string, unknown]) => set[name] !== undefined && !harmless[name]?.test(set[name]);
  const replacing = Object.entries(reserved)
    .filter(hasEffect)
    .map(([name, instead]) => `${name} is set, and the driver would use it: ${instead}.`);
  const deciding = Object.entries(ofTls)
    .filter(hasEffect)
    .flatMap(([name, parameters]) => {
      return connectionStrings
        .filter((variable) => set[variable] !== undefined && !hasAny(set[variable], parameters))
        .map(
          (variable) => `${name} is set, and would decide for ${variable}: write ${parameters[0]} there, or unset it.`,
        );
    });
  return [...replacing, ...deciding];
}

function hasAny(url: string, parameters: readonly string[]): boolean {
  const given = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1]);
  return parameters.some((name) => given.has(name));
}
