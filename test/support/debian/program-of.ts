import { join } from 'node:path';

/** A program and its first arguments, for `spawn`. */
export interface DebianProgram {
  readonly command: string;
  readonly args: readonly string[];
}

const ARCHITECTURES: Readonly<Record<string, { readonly libraries: string; readonly loader: string }>> = {
  x64: { libraries: 'usr/lib/x86_64-linux-gnu', loader: 'usr/lib64/ld-linux-x86-64.so.2' },
  arm64: { libraries: 'usr/lib/aarch64-linux-gnu', loader: 'usr/lib/ld-linux-aarch64.so.1' },
};

/** @returns the folder of the libraries in an unpacked root */
export const librariesOf = (root: string): string => join(root, architecture().libraries);

/**
 * Runs a program of another release: with the loader and the C library of that release, because those of the machine may
 * be older.
 *
 * @param root of `unpackDebianPackages` with a `suite`
 * @param program in that root, such as `usr/sbin/mysqld`
 * @param folders in that root with further libraries
 */
export function programOf(root: string, program: string, folders: readonly string[] = []): DebianProgram {
  const path = [librariesOf(root), ...folders.map((folder) => join(root, folder))].join(':');
  const file = join(root, program);
  return { command: join(root, architecture().loader), args: ['--library-path', path, '--argv0', file, file] };
}

function architecture() {
  const known = ARCHITECTURES[process.arch];
  if (!known) throw new Error(`The loader of Debian is not known for ${process.arch}.`);
  return known;
}
