import { SetMetadata } from '@nestjs/common';

export const IS_PUBLIC = Symbol('public');
export const REQUIRED_SCOPE = Symbol('required scope');

/** Marks a route as public; all others require a token. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(IS_PUBLIC, true);

/** Requires a token with this scope. */
export const RequireScope = (scope: string): ClassDecorator & MethodDecorator => SetMetadata(REQUIRED_SCOPE, scope);
