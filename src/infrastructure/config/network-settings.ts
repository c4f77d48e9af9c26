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
