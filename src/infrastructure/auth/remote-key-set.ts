import { Instant } from '../system/instant';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** How old the keys may get before they are fetched again: a withdrawn key is found out after this time. */
const MAX_AGE_MS = 60_000;
/** How long they are used when they cannot be fetched again. */
const MAX_AGE_OF_UNREACHABLE_ISSUER_MS = 3_600_000;
/** After a failed fetch, the known keys are used for this time before the next one. */
const RETRY_MS = 10_000;

/**
 * The keys that an issuer publishes. They are fetched on first use, every minute, and for a token with an unknown key. When
 * the issuer cannot be reached, the last keys are used for an hour: tokens that it has signed stay valid meanwhile.
 */
export class RemoteKeySet {
  private readonly remote;
  private last: JWTVerifyGetKey | undefined;
  private fetched: Instant | undefined;
  private failed: Instant | undefined;

  constructor(url: URL) {
    this.remote = createRemoteJWKSet(url, { cacheMaxAge: MAX_AGE_MS });
  }

  /** Finds the key of a token, for jose's `jwtVerify`. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const age = this.fetched?.age ?? Infinity;
    const known = age < MAX_AGE_OF_UNREACHABLE_ISSUER_MS ? this.last : undefined;
    if (known && this.failed && this.failed.age < RETRY_MS) return known(header, token);
    const isDue = age >= MAX_AGE_MS || !this.remote.fresh;
    try {
      // jose takes the age of its keys from a clock that can be set back.
      if (isDue && this.remote.fresh) await this.remote.reload();
      const key = await this.remote(header, token);
      if (isDue) this.remember();
      return key;
    } catch (error) {
      if (isAboutTheToken(error)) {
        if (isDue) this.remember();
        throw error;
      }
      if (!known) throw error;
      this.failed = new Instant();
      return known(header, token);
    }
  };

  private remember(): void {
    const keys = this.remote.jwks();
    if (!keys) return;
    this.last = createLocalJWKSet(keys);
    this.fetched = new Instant();
  }
}

/** The keys are there, and none or several of them match. */
function isAboutTheToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}
