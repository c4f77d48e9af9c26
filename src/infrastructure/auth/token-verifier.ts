import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { err, ok, type Result } from 'neverthrow';
import { ServiceUnavailableError } from '../../application/shared/port-errors';
import type { Principal } from '../../application/shared/principal';

export type InvalidToken = { readonly kind: 'invalid-token' };

export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Signature algorithms that are taken. What a token says of itself is no reason to believe it. */
  readonly algorithms: readonly string[];
}

/** Clocks of different machines differ. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** A verified token is believed again for so long without asking; a key that its issuer withdraws lives on as long. */
const BELIEVED_SECONDS = 60;
const MOST_BELIEVED = 10_000;
const bearer = /^Bearer +([\w.~+/-]+=*)$/i;
/** Far above the header of any honest token, far below what would be worth verifying for an attacker. */
const LONGEST_HEADER = 8_192;

/**
 * Verifies access tokens (RFC 9068 in spirit: a JWT with `iss`, `aud`, `exp`, `sub` and a `scope` of space separated words)
 * in `Authorization` headers, against a set of keys. An asymmetric signature costs more CPU than the rest of a small
 * request, so the header of a verified token is remembered for a minute, at most until the token expires.
 */
export class TokenVerifier {
  private readonly believed = new Map<string, { readonly principal: Principal; readonly until: number }>();

  constructor(
    private readonly keys: JWTVerifyGetKey,
    private readonly options: TokenVerifierOptions,
  ) {}

  /** @param jwksUrl where the issuer publishes its keys; they are fetched when first needed, and again for an unknown one */
  static remote(jwksUrl: string, options: TokenVerifierOptions): TokenVerifier {
    return new TokenVerifier(createRemoteJWKSet(new URL(jwksUrl)), options);
  }

  /** Who a token belongs to that was verified a moment ago. @param authorization the header, as it is usually spelled */
  recall(authorization: string): Principal | undefined {
    const known = this.believed.get(authorization);
    return known && known.until > Date.now() ? known.principal : undefined;
  }

  /**
   * @param authorization the header, whatever is in it
   * @returns rejects with a {@link ServiceUnavailableError} when the keys cannot be had
   */
  async verify(authorization: string): Promise<Result<Principal, InvalidToken>> {
    const token = authorization.length <= LONGEST_HEADER ? bearer.exec(authorization)?.[1] : undefined;
    if (!token) return err({ kind: 'invalid-token' });
    // One spelling is remembered, however many are sent: with all of them, one token could take everybody's place.
    const usual = `Bearer ${token}`;
    const known = this.recall(usual);
    if (known) return ok(known);
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer: this.options.issuer,
        audience: this.options.audience,
        algorithms: [...this.options.algorithms],
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return this.believe(usual, payload);
    } catch (error) {
      if (isInvalidToken(error)) return err({ kind: 'invalid-token' });
      throw new ServiceUnavailableError('The keys of the token issuer cannot be had.', 5, { cause: error });
    }
  }

  private believe(authorization: string, { sub, exp, scope }: JWTPayload): Result<Principal, InvalidToken> {
    // An issuer can write into a claim what the types of jose do not say.
    if (typeof sub !== 'string' || sub === '' || sub.includes('\0') || exp === undefined)
      return err({ kind: 'invalid-token' });
    const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
    const principal: Principal = { subject: sub, scopes: new Set(scopes) };
    const until = Math.min(Date.now() + BELIEVED_SECONDS * 1_000, exp * 1_000);
    // The oldest goes first: a Map keeps the order in which its keys came.
    this.believed.delete(authorization);
    if (this.believed.size >= MOST_BELIEVED) this.believed.delete(this.believed.keys().next().value!);
    this.believed.set(authorization, { principal, until });
    return ok(principal);
  }
}

/** A token may be wrong in many ways; what is left is the key set that cannot be fetched. */
function isInvalidToken(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== 'ERR_JOSE_GENERIC'
  );
}
