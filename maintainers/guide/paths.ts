/** The entry page of the guide. */
export const GUIDE_PAGE = 'docs/guides/QUERY-OPTIMIZATION-GUIDE.md';
/** The pages of the cases. */
export const CASE_PAGES = 'docs/guides/query-optimization';
/** The table of all cases. */
export const CASES_PAGE = `${CASE_PAGES}/README.md`;
/** The recorded figures. */
export const MEASUREMENTS = 'maintainers/guide/measured';

export const pageOf = (name: string): string => `${CASE_PAGES}/${name}.md`;
export const measurementFile = (name: string): string => `${MEASUREMENTS}/${name}.json`;
