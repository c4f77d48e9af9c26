/**
 * What an adapter throws when it could not do its work through no fault of the caller. Not a Result: no use case can act
 * on it. One filter at the edge turns it into an answer.
 */
export abstract class Fault extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** Nothing was done; the same request may well succeed a little later. */
export class ServiceUnavailable extends Fault {
  /** @param retryAfterSeconds whole seconds, for a `Retry-After` */
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The work took longer than it is allowed to, and was undone. */
export class DeadlineExceeded extends Fault {}

/** The store refuses a value that every check before it let through, such as a NUL character in a text. */
export class UnstorableValue extends Fault {}
