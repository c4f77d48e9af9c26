import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { turnWriter } from '../../../src/infrastructure/observability/turn-writer';

const folder = mkdtempSync(join(tmpdir(), 'log-'));
const file = join(folder, 'log');
afterAll(() => rmSync(folder, { recursive: true }));

describe('the writer of log lines', () => {
  it('writes what one turn of the event loop has said, together, at the end of that turn', async () => {
    const writer = turnWriter(file);
    writer.write('one\n');
    writer.write('two\n');
    expect(readFileSync(file, 'utf8')).toBe('');
    await endOfTurn();
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
    writer.write('three\n');
    await endOfTurn();
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it.each([
    ['exits', 'process.exit(3)', 3],
    ['ends by an error that nobody caught', "throw new Error('on purpose')", 1],
  ])('loses nothing when the process %s in the same turn', (_, end, code) => {
    const logger = JSON.stringify(join(process.cwd(), 'src/infrastructure/observability/logger.ts'));
    const script = `const { createLogger } = require(${logger});
      createLogger({ level: 'info', format: 'json' }).info('the last words');
      ${end};`;
    const child = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], { encoding: 'utf8' });
    expect({ code: child.status, words: child.stdout }).toEqual({
      code,
      words: expect.stringContaining('the last words'),
    });
  });
});
