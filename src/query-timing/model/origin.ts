import { printable } from './printable';

const MAX_ID_LENGTH = 200;

/**
 * Where a statement came from, as far as that is known: the unit of work that it belonged to, and the line of code that sent it.
 *
 * @publicApi
 */
export interface Origin {
  /** The name of the scope, such as `GET /orders/:id`; undefined outside of all scopes. */
  readonly scope?: string | undefined;
  readonly requestId?: string | undefined;
  /**
   * The first frame outside of packages, such as `src/orders.service.ts:42:13`: relative to the working directory, and of
   * the source if there is a source map. Undefined unless the statement was slow or repeated before.
   */
  readonly caller?: string | undefined;
}

/** A scope, as far as an origin shows it. */
export interface OriginScope {
  /** As it is displayed. */
  readonly name: string;
  readonly requestId: string | undefined;
}

/** Without fields that are not known. */
export function originOf(scope: OriginScope | undefined, caller: string | undefined): Origin {
  return {
    ...(scope !== undefined && { scope: scope.name }),
    ...(scope?.requestId !== undefined && { requestId: printable(scope.requestId, MAX_ID_LENGTH) }),
    ...(caller !== undefined && { caller }),
  };
}
