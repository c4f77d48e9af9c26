import { Instant } from '../system/instant';
import { createLocalJWKSet, createRemoteJWKSet, errors, type CryptoKey, type JWTVerifyGetKey } from 'jose';

/** How old the keys may get before they are fetched again: a withdrawn key is found out after this time. */
const MAX_AGE_MS = 60_000;
/** How long they are used when they cannot be fetched again. */
const MAX_AGE_OF_UNREACHABLE_ISSUER_MS = 3_600_000;
/** How long a token waits for keys that are fetched again, while those from before are known. */
const MAX_WAIT_MS = 1_000;
/** After a failed fetch, the known keys are used for this time before the next one. */
const RETRY_MS = 10_000;

type Header = Parameters<JWTVerifyGetKey>[0];
type Token = Parameters<JWTVerifyGetKey>[1];
type FindKey = (header: Header, token: Token) => Promise<CryptoKey>;

/**
 * The keys that an issuer publishes. They are fetched on first use, every minute, and for a token with an unknown key. When
 * the issuer cannot be reached or does not respond, the last keys are used for an hour: tokens that it has signed stay valid meanwhile.
 */
export class RemoteKeySet {
  private readonly remote;
  private last: FindKey | undefined;
  private fetched: Instant | undefined;
  private failed: Instant | undefined;

  /** @param options `maxWaitMs`: how long a token waits for keys that are fetched again; 1 s by default */
  constructor(
    url: URL,
    private readonly options: { readonly maxWaitMs?: number } = {},
  ) {
    this.remote = createRemoteJWKSet(url, { cacheMaxAge: MAX_AGE_MS });
  }

  /** Finds the key of a token, for jose's `jwtVerify`. */
  readonly find: FindKey = async (header, token) => {
    const age = this.fetched?.age ?? Infinity;
    const known = age < MAX_AGE_OF_UNREACHABLE_ISSUER_MS ? this.last : undefined;
    if (known && this.failed && this.failed.age < RETRY_MS) return known(header, token);
    const found = this.findInFetched(header, token, age >= MAX_AGE_MS || !this.remote.fresh);
    if (!known) return found;
    try {
      return await this.inTime(found);
    } catch (error) {
      if (isAboutTheToken(error)) throw error;
      this.failed = new Instant();
    }
    // The issuer does not respond, or with something else than keys.
    try {
      return await known(header, token);
    } catch (unknown) {
      if (!isAboutTheToken(unknown)) throw unknown;
      return await found.catch(() => {
        throw unknown;
      });
    }
  };

  private async findInFetched(header: Header, token: Token, isDue: boolean): Promise<CryptoKey> {
    try {
      // jose takes the age of its keys from a clock that can be set back.
      if (isDue && this.remote.fresh) await this.remote.reload();
      const key = await this.remote(header, token);
      if (isDue) this.remember();
      return key;
    } catch (error) {
      if (isDue && isAboutTheToken(error)) this.remember();
      throw error;
    }
  }

  private async inTime<T>(found: Promise<T>): Promise<T> {
    const { maxWaitMs = MAX_WAIT_MS } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no response within ${maxWaitMs} ms`)), maxWaitMs);
    });
    try {
      return await Promise.race([found, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

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
