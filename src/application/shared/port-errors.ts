/**
 * Thrown by an adapter that could not do its work, through no fault of the caller. Not a Result: no use case can act on
 * it. The problem filter turns it into a response.
 */
export abstract class PortError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** Nothing was done; the same request may succeed later. */
export class ServiceUnavailableError extends PortError {
  /** @param retryAfterSeconds whole seconds, for a `Retry-After` */
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The response to the commit was lost: everything may have been done, or nothing. Only the caller can send it again. */
export class OutcomeUnknownError extends PortError {}

/** Nothing was done, because too much else is being done: expected under overload, and no fault. */
export class OverloadedError extends ServiceUnavailableError {}

/** The work exceeded its time limit and was rolled back. */
export class DeadlineExceededError extends PortError {}

/** The store rejects a value that passed validation, such as a NUL character in a text. */
export class UnstorableValueError extends PortError {}
