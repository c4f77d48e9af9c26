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

/**
 * Recognises a request that was processed before. A use case claims the key as the first step of its transaction:
 *
 * ```ts
 * const repeated = yield* await idempotency.claim(idempotencyKeys, { customerId, idempotencyKey, request: ['restock', sku] });
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
    return new ResultAsync(this.wasProcessed(keys, request));
  }

  private async wasProcessed(
    keys: IdempotencyKeys,
    { customerId, idempotencyKey, request }: RepeatableRequest,
  ): Promise<Result<boolean, IdempotencyKeyReused>> {
    if (idempotencyKey === undefined) return ok(false);
    const now = this.clock.now();
    const claimed = await keys.claim({
      customerId,
      key: idempotencyKey,
      fingerprint: JSON.stringify(request),
      resourceId: this.ids.next(),
      now,
      expiresAt: new Date(now.getTime() + this.retention.milliseconds),
    });
    return claimed.andThen(({ kind }) =>
      kind === 'reused-for-another-request'
        ? err({ kind: 'idempotency-key-reused' as const, idempotencyKey })
        : ok(kind === 'repeated'),
    );
  }
}
