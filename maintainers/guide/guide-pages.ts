import { readFileSync } from 'node:fs';
import type { GeneratedFile } from '../../tools/regenerate/generated-file';
import type { Measurements } from './measurement';
import { formatted, GUIDE_PAGE, MEASUREMENTS, withCases } from './page';

/** The page of the query guide, with its cases and the measurements that were kept. */
export function guidePages(): GeneratedFile[] {
  const measurements = JSON.parse(readFileSync(MEASUREMENTS, 'utf8')) as Measurements;
  const page = withCases(readFileSync(GUIDE_PAGE, 'utf8'), measurements);
  return [{ path: GUIDE_PAGE, content: formatted(page, GUIDE_PAGE) }];
}
