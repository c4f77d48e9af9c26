import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { program } from 'commander';
import { generatedFiles } from './generated-files';

program
  .name('monitoring:generate')
  .description('Makes the rule tests, the dashboard and the Kubernetes manifests anew.')
  .action(() => {
    for (const { path, content } of generatedFiles()) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  });

program.parse();
