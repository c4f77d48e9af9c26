import { SetMetadata } from '@nestjs/common';

export const IS_PUBLIC = Symbol('public');
export const REQUIRED_SCOPE = Symbol('required scope');

/** Anybody may call this. Without it nobody may without a token. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(IS_PUBLIC, true);

/** Only who has been given this scope may call this. */
export const RequireScope = (scope: string): ClassDecorator & MethodDecorator => SetMetadata(REQUIRED_SCOPE, scope);
