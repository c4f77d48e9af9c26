/** An error response as in RFC 9457, with a `code` for programs to branch on. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance: string;
  readonly code: string;
  readonly errors?: readonly FieldError[];
  readonly [extension: string]: unknown;
}

/** Why one part of a request is not valid. */
export interface FieldError {
  readonly in: 'body' | 'query' | 'path' | 'header';
  /** Such as `lines[0].quantity`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** What a problem's cause knows of it; the request adds the rest. */
export interface ProblemSketch {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** @param instance the requested path, without its query */
export function toProblem(sketch: ProblemSketch, instance: string): Problem {
  const { status, code, title, detail, errors, extensions } = sketch;
  return {
    type: `urn:problem:${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    instance,
    code,
    ...(errors === undefined ? {} : { errors }),
    ...extensions,
  };
}

/** Thrown where no Result can be returned: by guards, pipes and hooks. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly sketch: ProblemSketch,
    options?: ErrorOptions,
  ) {
    super(sketch.title, options);
  }
}
