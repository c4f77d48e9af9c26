import { Client } from 'pg';
import { readConfiguration } from '../../../src/infrastructure/config/configuration';

const URL_OF_DATABASE = 'postgres://u:secret@db/shop';
const mistakesOf = (variables: Readonly<Record<string, string>>): readonly string[] =>
  readConfiguration({ DATABASE_URL: URL_OF_DATABASE, ...variables }).match(
    () => [],
    ({ mistakes }) => mistakes,
  );

/** What the driver would connect with. */
function driverWith(variables: Readonly<Record<string, string>>, connectionString = URL_OF_DATABASE) {
  const before = process.env;
  process.env = { ...before, ...variables };
  try {
    return new Client({ connectionString }) as unknown as {
      readonly ssl: unknown;
      readonly connectionParameters: Readonly<Record<string, unknown>>;
    };
  } finally {
    process.env = before;
  }
}

describe('variables that the driver reads', () => {
  it.each([
    ['PGOPTIONS', '-c statement_timeout=0', 'options', 'use the variables of the service, or ALTER ROLE … SET'],
    [
      'PGREPLICATION',
      'database',
      'replication',
      'the service runs statements, which a connection for replication does',
    ],
    ['PGCLIENT_ENCODING', 'LATIN1', 'client_encoding', 'the service reads and writes UTF-8'],
    ['PGBINARY', 'true', 'binary', 'the service reads values as texts'],
  ])('%s=%s would replace what the service needs, and is refused', (name, value, parameter, instead) => {
    expect(driverWith({ [name]: value }).connectionParameters[parameter]).toBe(value);
    expect(mistakesOf({ [name]: value })).toEqual([
      expect.stringContaining(`${name} is set, and the driver would use it: ${instead}`),
    ]);
  });

  it.each(['no-verify', 'require', 'verify-full'])('PGSSLMODE=%s would decide where the URL does not', (PGSSLMODE) => {
    expect(driverWith({ PGSSLMODE }).ssl).not.toBe(false);
    expect(mistakesOf({ PGSSLMODE })).toEqual([
      'PGSSLMODE is set, and would decide for DATABASE_URL: write sslmode there, or unset it.',
    ]);
    const DATABASE_URL = `${URL_OF_DATABASE}?sslmode=disable`;
    expect(driverWith({ PGSSLMODE }, DATABASE_URL).ssl).toBe(false);
    expect(mistakesOf({ PGSSLMODE, DATABASE_URL })).toEqual([]);
  });

  it('PGSSLNEGOTIATION would, too, and each is said of each URL', () => {
    const mistakes = mistakesOf({
      DATABASE_REPLICA_URL: 'postgres://u@standby/shop?ssl=true',
      PGSSLMODE: 'require',
      PGSSLNEGOTIATION: 'direct',
    });
    expect(mistakes).toEqual([
      expect.stringMatching(/^PGSSLMODE .* DATABASE_URL: write sslmode/),
      expect.stringMatching(/^PGSSLNEGOTIATION .* DATABASE_URL: write sslnegotiation/),
      expect.stringMatching(/^PGSSLNEGOTIATION .* DATABASE_REPLICA_URL: write sslnegotiation/),
    ]);
  });

  it.each([
    ['PGHOST', 'elsewhere'],
    ['PGPASSWORD', 'other'],
    ['PGAPPNAME', 'me'],
    ['PGCLIENT_ENCODING', 'UTF8'],
    ['PGSSLMODE', 'disable'],
    ['PGSSLNEGOTIATION', 'postgres'],
    ['PGOPTIONS', ''],
  ])('%s=%s changes nothing, and is accepted', (name, value) => {
    expect(mistakesOf({ [name]: value })).toEqual([]);
  });
});
