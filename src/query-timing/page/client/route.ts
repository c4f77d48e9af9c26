export const TABS = ['statements', 'units', 'repeated', 'slow', 'errors', 'types', 'server'] as const;
export type Tab = (typeof TABS)[number];

/** What is shown: the whole of it is the fragment of the address, so that each detail has a link. */
export interface Route {
  readonly tab: Tab;
  readonly source?: string | undefined;
  readonly sort?: string | undefined;
  readonly search?: string | undefined;
  /** The fingerprint of the statement whose details are open. */
  readonly statement?: string | undefined;
}

export function readRoute(hash = location.hash): Route {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const tab = TABS.find((name) => name === parameters.get('tab')) ?? 'statements';
  const of = (name: string) => parameters.get(name) ?? undefined;
  return { tab, source: of('source'), sort: of('sort'), search: of('search'), statement: of('statement') };
}

export function hashOf(route: Route): string {
  const set = Object.entries(route).filter(([, value]) => typeof value === 'string' && value !== '');
  return `#${new URLSearchParams(Object.fromEntries(set)).toString()}`;
}

/** @param addsToHistory whether the back button leads to what was shown before */
export function go(change: Partial<Route>, addsToHistory: boolean): void {
  const hash = hashOf({ ...readRoute(), ...change });
  if (hash === location.hash) return;
  if (addsToHistory) history.pushState(null, '', hash);
  else history.replaceState(null, '', hash);
  dispatchEvent(new Event('route'));
}
