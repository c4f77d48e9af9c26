import { Connection } from './connection';
import { Detail } from './detail';
import { byId, el, setText } from './dom';
import { clock } from './format';
import { Overview } from './overview';
import { Panels } from './panels';
import { go, hashOf, readRoute, TABS } from './route';
import { Store, type Source } from './store';

const STATES = {
  connecting: 'connecting …',
  live: 'live',
  paused: 'paused',
  refused: 'refused, tries again',
} as const;

const store = new Store();
const overview = new Overview();
const panels = new Panels();
const detail = new Detail();
const search = byId('search') as HTMLInputElement;
const help = byId('help') as HTMLDialogElement;

const connection = new Connection((message) => {
  store.apply(message);
  show();
}, showState);

function currentSource(): Source | undefined {
  return store.sources.get(readRoute().source ?? '') ?? store.sources.values().next().value;
}

function show(): void {
  const source = currentSource();
  if (!source) return;
  document.body.classList.remove('loading');
  showSources(source);
  overview.update(store, source);
  panels.update(store, source);
  detail.update(source, readRoute().statement);
  showState();
}

/** A link for each DataSource, if there are several. */
function showSources(current: Source): void {
  const names = [...store.sources.keys()];
  const links = names.map((name) =>
    el('a', {
      href: hashOf({ ...readRoute(), source: name, statement: undefined }),
      'aria-current': name === current.message.name && 'true',
      text: name,
    }),
  );
  byId('sources').replaceChildren(...(names.length > 1 ? links : []));
  setText(
    byId('driver'),
    names.length > 1 ? current.message.driver : `${current.message.name} · ${current.message.driver}`,
  );
}

function showState(): void {
  const { state } = connection;
  byId('state').dataset.state = state;
  setText(byId('state-text'), state === 'live' ? `live ${clock(store.now)}` : STATES[state]);
  setText(byId('pause'), state === 'paused' ? 'Resume' : 'Pause');
}

function toggleTheme(): void {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  try {
    localStorage.setItem('query-timing-theme', root.dataset.theme);
  } catch {
    // Without storage, the theme lasts as long as the page.
  }
  overview.redraw();
  show();
}

const KEYS: Readonly<Record<string, () => void>> = {
  '/': () => search.focus(),
  p: () => connection.togglePause(),
  t: toggleTheme,
  j: () => panels.move(1),
  k: () => panels.move(-1),
  '?': () => help.showModal(),
  Escape: () => {
    if (readRoute().statement !== undefined) go({ statement: undefined }, true);
  },
};

addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (isTyping) {
    if (event.key === 'Escape') search.blur();
    return;
  }
  const tab = TABS[Number(event.key) - 1];
  const action = tab === undefined ? KEYS[event.key] : () => go({ tab, sort: undefined }, true);
  if (action === undefined) return;
  event.preventDefault();
  action();
});
for (const name of ['hashchange', 'popstate', 'route']) {
  addEventListener(name, () => {
    if (search.value !== (readRoute().search ?? '')) search.value = readRoute().search ?? '';
    show();
  });
}
search.addEventListener('input', () => go({ search: search.value }, false));
byId('pause').addEventListener('click', () => connection.togglePause());
byId('theme').addEventListener('click', toggleTheme);
byId('keys').addEventListener('click', () => help.showModal());

try {
  const theme = localStorage.getItem('query-timing-theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Without storage, the theme is that of the system.
}
search.value = readRoute().search ?? '';
connection.start();
