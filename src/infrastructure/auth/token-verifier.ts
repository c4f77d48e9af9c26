import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { err, ok, type Result } from 'neverthrow';
import { ServiceUnavailable } from '../../application/shared/faults';
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

/**
 * Verifies access tokens (RFC 9068 in spirit: a JWT with `iss`, `aud`, `exp`, `sub` and a `scope` of space separated words)
 * against a set of keys. An asymmetric signature costs more CPU than the rest of a small request, so a token that was
 * verified is remembered for a minute, at most until it expires.
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

  /** Who a token belongs to that was verified a moment ago. */
  recall(token: string): Principal | undefined {
    const known = this.believed.get(token);
    return known && known.until > Date.now() ? known.principal : undefined;
  }

  /** Rejects with a {@link ServiceUnavailable} when the keys cannot be had. */
  async verify(token: string): Promise<Result<Principal, InvalidToken>> {
    const known = this.recall(token);
    if (known) return ok(known);
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer: this.options.issuer,
        audience: this.options.audience,
        algorithms: [...this.options.algorithms],
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return this.believe(token, payload);
    } catch (error) {
      if (isInvalidToken(error)) return err({ kind: 'invalid-token' });
      throw new ServiceUnavailable('The keys of the token issuer cannot be had.', 5, { cause: error });
    }
  }

  private believe(token: string, { sub, exp, scope }: JWTPayload): Result<Principal, InvalidToken> {
    // An issuer can write into a claim what the types of jose do not say.
    if (typeof sub !== 'string' || sub === '' || sub.includes('\0') || exp === undefined)
      return err({ kind: 'invalid-token' });
    const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
    const principal: Principal = { subject: sub, scopes: new Set(scopes) };
    const until = Math.min(Date.now() + BELIEVED_SECONDS * 1_000, exp * 1_000);
    // The oldest goes first: a Map keeps the order in which its keys came.
    this.believed.delete(token);
    if (this.believed.size >= MOST_BELIEVED) this.believed.delete(this.believed.keys().next().value!);
    this.believed.set(token, { principal, until });
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
