import { createHash, timingSafeEqual } from 'node:crypto';
import type { PageAccess, PageRequest } from '../../query-timing/index';

/** Where the live page of the query timing is. */
export const QUERY_TIMING_PAGE = '/query-timing';

/** Without a password, the page is open to all that reach its listener: in development, this machine. */
export function pageAccess(password: string | undefined): (request: PageRequest) => PageAccess {
  if (password === undefined) return () => true;
  const expected = digestOf(password);
  return ({ headers }) => {
    const given = passwordIn(headers.authorization);
    return given !== undefined && timingSafeEqual(digestOf(given), expected) ? true : 401;
  };
}

/** Of the scheme Basic, with any user name. */
function passwordIn(authorization: string | string[] | undefined): string | undefined {
  const [, encoded] = /^Basic +([\w+/=]+)$/i.exec(String(authorization)) ?? [];
  if (encoded === undefined) return undefined;
  const credentials = Buffer.from(encoded, 'base64').toString();
  const colon = credentials.indexOf(':');
  return colon < 0 ? undefined : credentials.slice(colon + 1);
}

/** Digests have the same length, which the comparison needs. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
