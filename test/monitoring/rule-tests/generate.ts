import { writeFileSync } from 'node:fs';
import { ruleTestFiles } from './rule-test-files';

for (const { path, content } of ruleTestFiles()) writeFileSync(path, content);
