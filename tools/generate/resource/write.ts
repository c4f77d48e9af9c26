import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CommandError } from '../../command-line';
import type { Tree } from '../../edits/tree';
import type { Resource } from './paths';

/**
 * Writes the plan and its migration.
 * @returns the path of the migration
 * @throws CommandError when the migration cannot be made; then everything is as it was
 */
export async function writeWithMigration(tree: Tree, { names: { many } }: Resource): Promise<string> {
  const ignore = (): void => undefined;
  // The migration is interrupted too, and then everything is taken back.
  process.on('SIGINT', ignore);
  tree.commit();
  try {
    const script = ['--require', 'tsx/cjs', 'tools/migrations/generate.ts', `create-${many.kebab}`];
    const { stdout } = await promisify(execFile)(process.execPath, script, { cwd: tree.root });
    const path = /^Wrote (\S+)$/m.exec(stdout)?.[1];
    if (!path) throw new Error(stdout);
    return path;
  } catch (error) {
    tree.revert();
    const { stderr } = error as { stderr?: string };
    const cause = new Error(stderr?.trim() || (error as Error).message);
    throw new CommandError('The migration could not be made. Everything is as it was.', { cause });
  } finally {
    process.off('SIGINT', ignore);
  }
}
