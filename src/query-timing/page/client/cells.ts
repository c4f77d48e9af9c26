import { el, setText } from './dom';
import { hashOf, readRoute } from './route';

/** What a cell of a statement shows. */
export interface StatementCell {
  readonly fingerprint: string;
  /** The DataSource that has it, if it need not be the one that is shown. */
  readonly source?: string | undefined;
  readonly statement: string;
  readonly queryType?: string | undefined;
  /** The second line. */
  readonly origin: readonly (string | undefined)[];
  /** The third line: its plan in words. */
  readonly plan?: string | undefined;
  /** Whether its details can be opened. */
  readonly opens: boolean;
}

/** A link to the details with the statement on one line, and below it where it comes from, and its plan. */
export function statementCell(
  td: HTMLTableCellElement,
  { statement, queryType, origin, fingerprint, source, opens, plan }: StatementCell,
): void {
  // The row may have been that of another statement.
  if (td.firstElementChild?.tagName !== (opens ? 'A' : 'SPAN')) {
    td.classList.add('statement');
    td.replaceChildren(opens ? el('a') : el('span'), el('small'));
  }
  const [text, from] = td.children as unknown as [HTMLElement, HTMLElement];
  setText(text, statement || '(no text)');
  text.title = statement;
  if (opens) text.setAttribute('href', hashOf({ ...readRoute(), ...(source && { source }), statement: fingerprint }));
  const type = queryType && statement.toUpperCase().startsWith(queryType) ? undefined : queryType;
  setText(from, [type, ...origin].filter(Boolean).join(' · '));
  if (plan === undefined) td.children[2]?.remove();
  else setText(td.children[2] ?? td.appendChild(el('small', { class: 'plan' })), plan);
}

export function badgeCell(td: HTMLTableCellElement, text: string, level: string): void {
  if (!td.firstChild) td.append(el('span', { class: 'badge' }));
  const badge = td.firstChild as HTMLElement;
  setText(badge, text);
  badge.dataset.level = level;
}
