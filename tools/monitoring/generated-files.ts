import { ruleTestFiles } from './alert-tests/rule-test-files';

export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Everything under deployments/ that is made from something else. */
export function generatedFiles(): GeneratedFile[] {
  return [...ruleTestFiles()];
}
