import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { CommandError, run } from '../../tools/command-line';
import { CliffError, gitCliff } from './git-cliff';

/** A message as git takes it from the editor: without the lines that explain it. */
const withoutComments = (text: string): string => text.replace(/^#.*\n?/gm, '').trim();

void run(
  new Command('commits:check')
    .description('Fails when a commit since the last release is not in the form of Conventional Commits.')
    .option('--from <commit>', 'only those after this one')
    .option('--message-file <file>', 'a message that is about to be committed, too')
    .action(({ from, messageFile }: { from?: string; messageFile?: string }) => {
      const message = messageFile ? ['--with-commit', withoutComments(readFileSync(messageFile, 'utf8'))] : [];
      try {
        gitCliff([...(from ? [`${from}..HEAD`] : ['--unreleased']), ...message]);
      } catch (error) {
        if (!(error instanceof CliffError)) throw error;
        throw new CommandError(
          `${error.message}\nWrite it like 'fix: what was fixed' (CONTRIBUTING.md lists the words).`,
        );
      }
    }),
);
