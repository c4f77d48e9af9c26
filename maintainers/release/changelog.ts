/**
 * The changelog with the section of a release. What was written by hand under `Unreleased` opens it.
 *
 * @param section headings and lists, made from the commits
 * @param date YYYY-MM-DD
 */
export function withRelease(changelog: string, version: string, date: string, section: string): string {
  const [head = '', ...sections] = changelog.split(/^(?=## )/m);
  const unreleased = sections[0]?.startsWith('## Unreleased') ? (sections.shift() ?? '') : '';
  const byHand = unreleased.replace(/^## Unreleased\n/, '').trim();
  const release = [`## ${version} - ${date}`, byHand, section.trim()].filter(Boolean).join('\n\n');
  return [head.trim(), release, ...sections.map((one) => one.trim())].join('\n\n') + '\n';
}
