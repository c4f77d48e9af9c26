import { HttpException } from '@nestjs/common';

/** A request without a valid token (401), or whose token lacks a scope (403). */
export class AccessDeniedException extends HttpException {
  /** @param challenge the value of `WWW-Authenticate`, as in RFC 6750 */
  constructor(
    status: 401 | 403,
    readonly challenge: string,
  ) {
    super(challenge, status);
  }
}
