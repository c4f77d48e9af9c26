import { Injectable } from '@nestjs/common';
import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { Clock } from './clock';
import { IdGenerator } from './id-generator';
import { IdempotencyRetention, type IdempotencyKeyReused, type IdempotencyKeys } from './idempotency-keys';

/** A request that its client may send again, because it did not get the response. */
export interface RepeatableRequest {
  readonly customerId: string;
  /** Chosen by the client; without one, the request is always processed. */
  readonly idempotencyKey: string | undefined;
  /** What distinguishes it from other requests: the name of the use case and its input. */
  readonly request: readonly unknown[];
}

export interface ClaimedId {
  readonly id: string;
  /** True when an earlier request with this key was processed. */
  readonly repeated: boolean;
}

/**
 * Recognises a request that was processed before. A use case claims the key as the first step of its transaction:
 *
 * ```ts
 * const repeated = yield* await idempotency.claim(idempotencyKeys, { customerId, idempotencyKey, request: ['pay', id] });
 * ```
 */
@Injectable()
export class Idempotency {
  constructor(
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
    private readonly retention: IdempotencyRetention,
  ) {}

  /** @returns whether the same request was processed before: then the use case changes nothing, and returns what there is */
  claim(keys: IdempotencyKeys, request: RepeatableRequest): ResultAsync<boolean, IdempotencyKeyReused> {
    return this.claimId(keys, request).map(({ repeated }) => repeated);
  }

  /** For a request that creates something. @returns its id: a new one, or the one that the same request created before */
  claimId(keys: IdempotencyKeys, request: RepeatableRequest): ResultAsync<ClaimedId, IdempotencyKeyReused> {
    return new ResultAsync(this.claimed(keys, request));
  }

  private async claimed(
    keys: IdempotencyKeys,
    { customerId, idempotencyKey, request }: RepeatableRequest,
  ): Promise<Result<ClaimedId, IdempotencyKeyReused>> {
    const resourceId = this.ids.next();
    if (idempotencyKey === undefined) return ok({ id: resourceId, repeated: false });
    const now = this.clock.now();
    const outcome = await keys.claim({
      customerId,
      key: idempotencyKey,
      fingerprint: JSON.stringify(request),
      resourceId,
      now,
      expiresAt: new Date(now.getTime() + this.retention.milliseconds),
    });
    return outcome.andThen((claim) => {
      if (claim.kind === 'reused-for-another-request')
        return err({ kind: 'idempotency-key-reused' as const, idempotencyKey });
      return ok(
        claim.kind === 'repeated' ? { id: claim.resourceId, repeated: true } : { id: resourceId, repeated: false },
      );
    });
  }
}
