import { guidePages } from '../../maintainers/guide/guide-pages';
import { ruleTestFiles } from '../../test/monitoring/rule-tests/rule-test-files';
import { generatedFiles } from '../monitoring/generated-files';
import { configurationPage } from './configuration-page';
import type { Generator } from './generated-file';

/** Everything that is generated, each from its own module: a fork loses what it has no source for. */
export const generators: readonly Generator[] = [configurationPage, generatedFiles, ruleTestFiles, guidePages];
