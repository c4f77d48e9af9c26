import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppModule } from '../../../src/app.module';
import { problemTableOf } from '../../../src/infrastructure/http/problem-table';
import { controllersOf } from '../../support/controllers';

it('every kind of refusal is tested over HTTP', () => {
  const folder = resolve(__dirname, '..');
  const specs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.spec.ts'));
  const text = specs.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  const kinds = controllersOf(AppModule).flatMap((controller) => Object.keys(problemTableOf(controller)));
  expect(kinds.filter((kind) => !text.includes(`'${kind}'`))).toEqual([]);
});
