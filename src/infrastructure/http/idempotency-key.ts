import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

const pattern = /^[\x21-\x7e]{1,128}$/;

/** For a change that a client cannot send again without a key. */
export const idempotencyKeySchema = z
  .string('is required: use a new one for every change, and the same one to retry')
  .regex(pattern, 'must be 1 to 128 visible ASCII characters');

/** For a change that is the same when it is made twice. */
export const optionalIdempotencyKeySchema = idempotencyKeySchema.optional();

/** Documents the header. Read it with `@RequestHeader('idempotency-key', { schema: idempotencyKeySchema })`. */
export const ApiIdempotencyKey = ({ required = true } = {}): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required,
    description:
      'A unique key chosen by the client. A request that is sent again with the same key and content changes nothing, and ' +
      'its response has `Idempotent-Replayed: true`.',
    schema: { type: 'string', pattern: pattern.source, example: '5f0e8f3a-6c1b-4b7e-9a52-1d8f0c6e2b44' },
  });

/** Reports that an earlier request with the same key made the change. */
export function markReplayed(reply: FastifyReply, repeated: boolean): void {
  if (repeated) void reply.header('idempotent-replayed', 'true');
}
