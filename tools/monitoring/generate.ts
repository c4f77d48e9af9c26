import { writeFileSync } from 'node:fs';
import { program } from 'commander';
import { generatedFiles } from './generated-files';

program
  .name('monitoring:generate')
  .description('Generates the dashboard and the Kubernetes manifests.')
  .action(() => {
    for (const { path, content } of generatedFiles()) writeFileSync(path, content);
  });

program.parse();
