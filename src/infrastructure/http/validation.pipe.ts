import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { ProblemError, type FieldError } from './problem';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

class Invalid extends Error {
  constructor(readonly issues: readonly Issue[]) {
    super('invalid');
  }
}

/** A request may break many rules at once; this many are told. */
const MOST_ERRORS = 50;

const places = { body: 'body', query: 'query', param: 'path', custom: 'header' } as const;

/** Nest's pipe for Standard Schema, which tells where in the request each mistake is instead of one flat list. */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ validateCustomDecorators: true, exceptionFactory: (issues) => new Invalid(issues) });
  }

  override async transform<T = unknown>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      throw new ProblemError({
        status: 400,
        code: 'validation-failed',
        title: 'The request is not of the expected shape',
        errors: error.issues.slice(0, MOST_ERRORS).map((issue) => toFieldError(issue, metadata)),
      });
    }
  }
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
