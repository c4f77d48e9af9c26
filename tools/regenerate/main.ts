import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { Command } from 'commander';
import { run } from '../command-line';
import { findGenerators } from './find-generators';

void run(
  new Command('regenerate')
    .description('Writes every generated file again: tables of the pages, dashboard, manifests, rule tests.')
    .action(() => {
      for (const { path, content } of findGenerators().flatMap((generate) => generate())) {
        if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, content);
        console.log(`Changed ${relative('.', path)}`);
      }
    }),
);
