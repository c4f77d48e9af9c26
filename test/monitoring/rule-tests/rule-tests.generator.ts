export { ruleTestFiles as generate } from './rule-test-files';
