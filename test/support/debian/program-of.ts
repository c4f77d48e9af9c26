import { join, resolve } from 'node:path';

/** A program, its first arguments and its environment, for `spawn`. */
export interface DebianProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const ARCHITECTURES: Readonly<Record<string, { readonly libraries: string; readonly loader: string }>> = {
  x64: { libraries: 'usr/lib/x86_64-linux-gnu', loader: 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2' },
  arm64: { libraries: 'usr/lib/aarch64-linux-gnu', loader: 'usr/lib/ld-linux-aarch64.so.1' },
};

/**
 * How to run an unpacked program. One of another release runs with the loader and the C library of that release, because
 * those of the machine may be older.
 *
 * @param root of `unpackDebianPackages`
 * @param program in that root, such as `usr/sbin/mysqld`, or a path
 * @param suite as it was unpacked with; undefined for the machine's own release
 * @param folders in that root with further libraries
 */
export function programOf(
  root: string,
  program: string,
  suite?: string,
  folders: readonly string[] = [],
): DebianProgram {
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture) throw new Error(`The folders of Debian's libraries are not known for ${process.arch}.`);
  const path = [architecture.libraries, ...folders].map((folder) => join(root, folder)).join(':');
  const file = resolve(root, program);
  if (suite === undefined) return { command: file, args: [], env: { LD_LIBRARY_PATH: path } };
  return {
    command: join(root, architecture.loader),
    args: ['--library-path', path, '--argv0', file, file],
    env: {},
  };
}
