/** Where a DataSource connects to, as it is configured: no credentials, and nothing that the driver or the server adds. */
export interface DatabaseAddress {
  /** A name, an IP address (IPv6 without brackets) or the path of a socket. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly database: string | undefined;
}

interface Configured {
  readonly url?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly socketPath?: unknown;
  readonly database?: unknown;
  /** Passed on to the driver. */
  readonly extra?: { readonly connectionString?: unknown };
}

/** @param options those of a DataSource; with replicas, the address is the primary's */
export function databaseAddressOf(options: object): DatabaseAddress {
  const { replication, ...single } = options as Configured & {
    readonly replication?: { readonly master?: Configured };
  };
  const { extra, url = extra?.connectionString, ...given } = { ...single, ...replication?.master };
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  const inUrl = parsed && (parsed.hostname || parsed.searchParams.get('host'));
  return {
    host: textOf(inUrl)?.replace(/^\[(.*)\]$/, '$1') ?? textOf(given.host) ?? textOf(given.socketPath),
    port: inUrl ? numberOf(parsed.port) : numberOf(given.port),
    database: (parsed && textOf(decoded(parsed.pathname.slice(1)))) ?? textOf(given.database),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
