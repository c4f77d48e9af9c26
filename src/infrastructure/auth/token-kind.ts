import type { JWTHeaderParameters, JWTPayload } from 'jose';

/** The media type of an access token (RFC 9068), as `typ` of its header has it. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** Many issuers give their access tokens the general type, or none. */
const possibleTypes = new Set([undefined, 'jwt', ACCESS_TOKEN_TYPE]);

/** How Keycloak (`typ`) and Cognito (`token_use`) name what is not an access token in the claims. */
const otherUses = new Set(['id', 'refresh', 'offline', 'logout']);

/** Claims that OpenID Connect has for ID tokens and logout tokens only. */
const foreignClaims = ['at_hash', 'c_hash', 's_hash', 'events'];

/**
 * Whether a token, whose signature and audience are right, may be an access token. An ID token is for a
 * client, which learns from it who its user is. It permits nothing, but is signed with the same key.
 *
 * @param isTypeRequired whether only the type of access tokens will do, which says it for certain
 */
export function mayBeAccessToken(header: JWTHeaderParameters, claims: JWTPayload, isTypeRequired: boolean): boolean {
  const type = textOf(header.typ)?.replace(/^application\//, '');
  if (isTypeRequired || type === ACCESS_TOKEN_TYPE) return type === ACCESS_TOKEN_TYPE;
  const uses = [claims.typ, claims.token_use].map(textOf);
  return (
    possibleTypes.has(type) &&
    !uses.some((use) => use !== undefined && otherUses.has(use)) &&
    !foreignClaims.some((claim) => claim in claims)
  );
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value.toLowerCase() : undefined);
