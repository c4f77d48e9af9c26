import {
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from 'jose';
import { err, ok, type Result } from 'neverthrow';
import { ServiceUnavailableError } from '../../application/shared/port-errors';
import type { Principal } from '../../application/shared/principal';
import { Instant } from '../system/instant';
import { RemoteKeySet } from './remote-key-set';
import { mayBeAccessToken } from './token-kind';

export interface InvalidToken {
  readonly kind: 'invalid-token';
  /** One sentence for the client and the log, without anything from the token. */
  readonly reason: string;
}

export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Accepted signature algorithms. The algorithm that a token names for itself is not trusted. */
  readonly algorithms: readonly string[];
  /** Whether the header must have the type of RFC 9068; false by default. */
  readonly isTypeRequired?: boolean;
}

/** How far the clocks of issuer and service may differ. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** How long a verified token is cached. Until then it is accepted, although its issuer may have withdrawn the key. */
const CACHE_SECONDS = 60;
const MAX_CACHED_TOKENS = 10_000;
const bearer = /^Bearer +([\w.~+/-]+=*)$/i;
/** In characters. No legitimate token is this long; longer headers are refused without verification. */
const MAX_HEADER_LENGTH = 8_192;

/** PostgreSQL stores no NUL; halves of surrogate pairs would all be stored as U+FFFD, as if they were one subject. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

interface VerifiedToken {
  readonly principal: Principal;
  readonly verified: Instant;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Verifies access tokens (close to RFC 9068: a JWT with `iss`, `aud`, `exp`, `sub` and a space-separated `scope`) in
 * `Authorization` headers, against a key set. Verifying an asymmetric signature costs more CPU than the rest of a small
 * request, so a verified header is cached for a minute, and never longer than its token is valid.
 */
export class TokenVerifier {
  private readonly verifiedTokens = new Map<string, VerifiedToken>();

  constructor(
    private readonly keys: JWTVerifyGetKey,
    private readonly options: TokenVerifierOptions,
  ) {}

  /** @param jwksUrl where the issuer publishes its keys; they are fetched on first use, and again for an unknown key id */
  static remote(jwksUrl: string, options: TokenVerifierOptions): TokenVerifier {
    return new TokenVerifier(new RemoteKeySet(new URL(jwksUrl)).find, options);
  }

  /** The principal of a token that was verified recently. @param authorization the header, spelled `Bearer <token>` */
  cachedPrincipal(authorization: string): Principal | undefined {
    const known = this.verifiedTokens.get(authorization);
    return known && known.verified.age < CACHE_SECONDS * 1_000 && known.expiresAt > Date.now()
      ? known.principal
      : undefined;
  }

  /**
   * @param authorization the header, unchecked
   * @throws ServiceUnavailableError when the keys cannot be fetched
   */
  async verify(authorization: string): Promise<Result<Principal, InvalidToken>> {
    const token = authorization.length <= MAX_HEADER_LENGTH ? bearer.exec(authorization)?.[1] : undefined;
    if (!token) return invalid('The Authorization header is not a bearer token.');
    // Only one spelling of a header is cached: otherwise one token, spelled in many ways, could evict all others.
    const canonical = `Bearer ${token}`;
    const cached = this.cachedPrincipal(canonical);
    if (cached) return ok(cached);
    try {
      const { payload, protectedHeader } = await this.verified(token);
      if (!mayBeAccessToken(protectedHeader, payload, this.options.isTypeRequired ?? false)) {
        return invalid('The token is not an access token.');
      }
      return this.remember(canonical, payload);
    } catch (error) {
      if (isInvalidToken(error)) return invalid(reasonOf(error));
      throw new ServiceUnavailableError("Could not fetch the issuer's signing keys.", 5, { cause: error });
    }
  }

  /** A token that does not name its key is tried with each key that it may be signed with. */
  private async verified(token: string): Promise<JWTVerifyResult> {
    const { issuer, audience, algorithms } = this.options;
    const required: JWTVerifyOptions = {
      issuer,
      audience,
      algorithms: [...algorithms],
      requiredClaims: ['sub', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    };
    try {
      return await jwtVerify(token, this.keys, required);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      for await (const key of error) {
        try {
          return await jwtVerify(token, key, required);
        } catch (failed) {
          if (!(failed instanceof errors.JWSSignatureVerificationFailed)) throw failed;
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }

  private remember(authorization: string, { sub, exp, scope }: JWTPayload): Result<Principal, InvalidToken> {
    // An issuer may send claims of other types than jose declares.
    if (typeof sub !== 'string' || sub === '' || UNSTORABLE.test(sub) || exp === undefined)
      return invalid('A claim of the token has a value that is not allowed.');
    const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
    const principal: Principal = { subject: sub, scopes: new Set(scopes) };
    // The oldest entry is evicted first: a Map keeps its insertion order.
    this.verifiedTokens.delete(authorization);
    if (this.verifiedTokens.size >= MAX_CACHED_TOKENS) {
      this.verifiedTokens.delete(this.verifiedTokens.keys().next().value!);
    }
    this.verifiedTokens.set(authorization, { principal, verified: new Instant(), expiresAt: exp * 1_000 });
    return ok(principal);
  }
}

const invalid = (reason: string) => err<never, InvalidToken>({ kind: 'invalid-token', reason });

/** Why jose rejected a token, in words that say nothing about its content or the keys. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return claimReason(error);
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token is not valid.';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The signature algorithm of the token is not accepted.';
  if (error instanceof errors.JWKSNoMatchingKey) return 'The token is signed with an unknown key.';
  return 'The token is malformed.';
}

function claimReason({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (reason === 'missing') return `The token has no ${claim}.`;
  return claim === 'nbf' ? 'The token is not valid yet.' : `The token has another ${claim}.`;
}

/** False for errors of fetching the key set, which say nothing about the token. */
function isInvalidToken(error: unknown): error is errors.JOSEError {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== 'ERR_JOSE_GENERIC'
  );
}
