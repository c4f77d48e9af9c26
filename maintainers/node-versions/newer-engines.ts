import { satisfies } from 'semver';

export interface LockFile {
  readonly packages: Readonly<Record<string, { readonly engines?: { readonly node?: string } | readonly string[] }>>;
}

/** Names of the packages in a lock file that say they need another Node than this one, such as 20.19.0; sorted. */
export function declareAnotherNode({ packages }: LockFile, node: string): string[] {
  const names = Object.entries(packages).flatMap(([path, { engines }]) => {
    const range = engines && 'node' in engines ? engines.node : undefined;
    return path !== '' && range !== undefined && !satisfies(node, range) ? [path.replace(/^.*node_modules\//, '')] : [];
  });
  return [...new Set(names)].sort();
}
