import { isIP, isIPv4 } from 'node:net';

/** Names that stand for networks, in the list of trusted proxies. */
const NETWORK_NAMES = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** Whether it is an address, a network such as `10.0.0.0/8`, or the name of one. */
export function isTrustedProxy(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (NETWORK_NAMES.has(text)) return true;
  if (isIP(address) === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128));
}

/** The origin as a browser sends it; undefined if the text is no URL of a website. */
export function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, username } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && !origin.includes('*') ? origin : undefined;
}

/** What is wrong with the URL of a Redis, to follow the name of its variable; empty if nothing is. */
export function mistakesInStoreUrl(text: string): string[] {
  if (!/^rediss?:\/\//i.test(text)) return ['is not a URL that starts with redis:// or rediss://'];
  if (!URL.canParse(text)) {
    return ['cannot be parsed: in a user or password, write #, /, ? and % as %23, %2F, %3F and %25'];
  }
  const { hostname, username, password, pathname, search, hash } = new URL(text);
  const mistakes: string[] = [];
  if (hostname === '') mistakes.push('names no host');
  if (/%(?![\da-f]{2})/i.test(username + password)) mistakes.push('contains a % that is not escaped: write it as %25');
  if (!/^(?:\/\d*)?$/.test(pathname)) mistakes.push(`has the path ${pathname}, which is not the number of a database`);
  if (search !== '' || hash !== '') mistakes.push('has something after the number of the database, which is not used');
  return mistakes;
}
