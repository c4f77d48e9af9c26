import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { validationFailed } from './http-problems';
import { ProblemError, type FieldError } from './problem';

type Schema = NonNullable<ArgumentMetadata['schema']>;
type Outcome = Awaited<ReturnType<Schema['~standard']['validate']>>;
type Issue = NonNullable<Outcome['issues']>[number];

/** A response lists at most this many errors. */
const MAX_ERRORS = 50;

const places = { body: 'body', query: 'query', param: 'path', custom: 'header' } as const;

/**
 * Nest's pipe for Standard Schema, which also reports where in the request each error is. It returns synchronously if the
 * schema does, to save a promise per parameter. A strict schema rejects fields named `constructor` or `__proto__` like any
 * other unknown field; Nest's pipe would silently remove them.
 */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ validateCustomDecorators: true });
  }

  override transform<T = unknown>(value: T, metadata: ArgumentMetadata): Promise<T> {
    return this.check(value, metadata) as Promise<T>;
  }

  private check(value: unknown, metadata: ArgumentMetadata): unknown {
    if (!metadata.schema || !this.toValidate(metadata)) return value;
    const outcome = this.validate(value, metadata.schema, this.validateOptions);
    return outcome instanceof Promise
      ? outcome.then((settled) => valueOf(settled, metadata))
      : valueOf(outcome, metadata);
  }
}

function valueOf(outcome: Outcome, metadata: ArgumentMetadata): unknown {
  if (!outcome.issues) return outcome.value;
  const errors = outcome.issues.slice(0, MAX_ERRORS).map((issue) => toFieldError(issue, metadata));
  throw new ProblemError(validationFailed(errors));
}

function toFieldError({ message, path = [] }: Issue, { type, data }: ArgumentMetadata): FieldError {
  const segments = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
  const name = typeof data === 'string' ? [data] : [];
  const place = type in places ? places[type] : 'body';
  return { in: place, path: toPath([...name, ...segments]), message };
}

/** `['lines', 0, 'quantity']` as `lines[0].quantity`. */
function toPath(segments: readonly PropertyKey[]): string {
  return segments
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      return index === 0 ? String(segment) : `.${String(segment)}`;
    })
    .join('');
}
