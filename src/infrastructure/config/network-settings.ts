import { isIP, isIPv4 } from 'node:net';

/** Names that stand for networks, in the list of trusted proxies. */
const NETWORK_NAMES = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** A port that can be connected to. */
export const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;

/** The last part of a name has a letter; of an address of IPv4 that is not valid, such as 300.1.1.1, it has none. */
const HOST_NAME = /^(?=.{1,253}$)(?:[\w-]+\.)*(?=\d*[a-z_-])[\w-]+\.?$/i;

/** Whether a listener can use it: an address, without brackets, or the name of a host. */
export const isHost = (text: string): boolean => isIP(text) !== 0 || HOST_NAME.test(text);

/** An address of IPv4 in the form of IPv6, with a prefix of more than addresses of IPv4: nothing would match it. */
const isMappedTooWidely = (address: string, bits: number): boolean => /^::ffff:.*\./i.test(address) && bits < 97;

/**
 * What is wrong with a trusted proxy, to follow it; undefined if it is an address, a network such as `10.0.0.0/8`, or the name
 * of one.
 */
export function mistakeInProxy(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const which =
    'which is neither an address nor a network: write it like 10.0.0.0/8, or loopback, linklocal or uniquelocal';
  if (NETWORK_NAMES.has(text)) return undefined;
  // The address of a client has no zone.
  if (isIP(address) === 0 || address.includes('%') || rest.length > 0) return which;
  if (prefix === undefined) return undefined;
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  if (bits === 0)
    return 'which is every address, so that clients could choose theirs: name the networks of your proxies';
  return bits > (isIPv4(address) ? 32 : 128) || isMappedTooWidely(address, bits) ? which : undefined;
}

/** The origin as a browser sends it; undefined if the text is no URL of a website. */
export function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, username, hostname } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && /^(?:[\w.-]+|\[.+\])$/.test(hostname) ? origin : undefined;
}

/** What is wrong with the URL of a Redis, to follow the name of its variable; empty if nothing is. */
export function mistakesInStoreUrl(text: string): string[] {
  if (!/^rediss?:\/\//i.test(text)) return ['is not a URL that starts with redis:// or rediss://'];
  if (!URL.canParse(text)) {
    return ['cannot be parsed: in a user or password, write #, /, ? and % as %23, %2F, %3F and %25'];
  }
  const { hostname, port, username, password, pathname, search, hash } = new URL(text);
  const mistakes: string[] = [];
  if (hostname === '') mistakes.push('names no host');
  if (hostname.includes(',')) mistakes.push('names several hosts, but one is used: a cluster is not supported');
  if (port !== '' && !isPort(port)) mistakes.push(`has the port ${port}, which is not a number from 1 to 65535`);
  if (/%(?![\da-f]{2})/i.test(username + password)) mistakes.push('contains a % that is not escaped: write it as %25');
  if (!/^(?:\/\d*)?$/.test(pathname)) mistakes.push(`has the path ${pathname}, which is not the number of a database`);
  if (search !== '' || hash !== '') mistakes.push('has something after the number of the database, which is not used');
  return mistakes;
}
