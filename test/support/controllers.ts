import type { DynamicModule, Type } from '@nestjs/common';

/** Every controller of a module and of those that it imports. */
export function controllersOf(module: Type | DynamicModule): Type[] {
  const dynamic = 'module' in module ? module : undefined;
  const type = dynamic?.module ?? (module as Type);
  const declared = <T>(name: string): T[] => (Reflect.getMetadata(name, type) as T[] | undefined) ?? [];
  const imports = [...declared<Type>('imports'), ...((dynamic?.imports ?? []) as Type[])];
  return [
    ...declared<Type>('controllers'),
    ...(dynamic?.controllers ?? []),
    ...imports.flatMap((imported) => controllersOf(imported)),
  ];
}
