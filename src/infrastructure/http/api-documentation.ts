import { createRequire } from 'node:module';
import type * as swagger from '@nestjs/swagger';

type Swagger = typeof swagger;
type AnyDecorator = (target: object, ...member: unknown[]) => void;

const said: ((swagger: Swagger) => void)[] = [];

/**
 * The decorators of @nestjs/swagger, by their names. What they say is kept until somebody asks for the documentation: the
 * package takes 8 MiB and 500 modules, and most processes are never asked.
 */
export const ApiBearerAuth = kept('ApiBearerAuth');
export const ApiCreatedResponse = kept('ApiCreatedResponse');
export const ApiExcludeController = kept('ApiExcludeController');
export const ApiHeader = kept('ApiHeader');
export const ApiOkResponse = kept('ApiOkResponse');
export const ApiOperation = kept('ApiOperation');
export const ApiResponse = kept('ApiResponse');
export const ApiTags = kept('ApiTags');

/** Loads @nestjs/swagger and lets its decorators say what was kept, in the order in which it was said. */
export function loadSwagger(): Swagger {
  const loaded = createRequire(__filename)('@nestjs/swagger') as Swagger;
  for (const say of said.splice(0)) say(loaded);
  return loaded;
}

function kept<Name extends keyof Swagger>(name: Name): Swagger[Name] {
  const decorator = (...options: unknown[]): AnyDecorator => {
    return (...target) => {
      said.push((loaded) => (loaded[name] as (...options: unknown[]) => AnyDecorator)(...options)(...target));
    };
  };
  return decorator as unknown as Swagger[Name];
}
