import type { Client } from 'pg';

/** What pg's client sends when it connects, which its types do not declare. */
interface WithStartup {
  getStartupConf(): Readonly<Record<string, string>>;
}

/**
 * PostgreSQL's default. pg reads no other style: a time would become null. And it is what PgBouncer finds on its connections, so
 * that it need not set it.
 */
const DATE_STYLE = 'ISO, MDY';

/** Returns a class of pg clients that ask for dates as pg reads them, whatever the server, the database or the role is set to. */
export function isoDates(Base: typeof Client): typeof Client {
  class IsoDatesClient extends Base {}
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its client
  const { getStartupConf } = Base.prototype as unknown as WithStartup;
  (IsoDatesClient.prototype as unknown as WithStartup).getStartupConf = function (this: WithStartup) {
    return { ...getStartupConf.call(this), DateStyle: DATE_STYLE };
  };
  return IsoDatesClient;
}
