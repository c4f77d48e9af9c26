import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { features } from '../../../src/features';
import { problemTableOf } from '../../../src/infrastructure/http/problem-table';

it('every kind of refusal is met by a test that asks over HTTP', () => {
  const folder = resolve(__dirname, '..');
  const specs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.spec.ts'));
  const text = specs.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  const kinds = features.flatMap(({ controllers }) => controllers.flatMap((one) => Object.keys(problemTableOf(one))));
  expect(kinds.filter((kind) => !text.includes(`'${kind}'`))).toEqual([]);
});
