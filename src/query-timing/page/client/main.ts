import { Connection } from './connection';
import { Detail } from './detail';
import { byId, setText, showLinks } from './dom';
import { clock } from './format';
import { Overview } from './overview';
import { Panels } from './panels';
import { go, hashOf, readRoute, TABS } from './route';
import { Store, type Source } from './store';
import { initTheme, toggleTheme } from './theme';

const STATES = {
  connecting: 'connecting …',
  live: 'live',
  silent: 'no response',
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
  const links = names.map((name) => ({
    href: hashOf({ ...readRoute(), source: name, statement: undefined }),
    isCurrent: name === current.message.name,
    text: name,
  }));
  showLinks(byId('sources'), names.length > 1 ? links : []);
  setText(
    byId('driver'),
    names.length > 1 ? current.message.driver : `${current.message.name} · ${current.message.driver}`,
  );
}

function showState(): void {
  const { state } = connection;
  const since = store.now === 0 ? '' : ` ${clock(store.now)}`;
  byId('state').dataset.state = state;
  setText(byId('state-text'), state === 'live' ? `live${since}` : STATES[state]);
  setText(byId('pause'), state === 'paused' ? 'Resume' : 'Pause');
  const isLost = since !== '' && state !== 'live' && state !== 'paused';
  document.body.classList.toggle('lost', isLost);
  if (isLost) overview.showLost(`No figures since${since}: the service does not respond`);
}

function redraw(): void {
  overview.redraw();
  show();
}

function changeTheme(): void {
  toggleTheme();
  redraw();
}

const KEYS: Readonly<Record<string, () => void>> = {
  '/': () => search.focus(),
  p: () => connection.togglePause(),
  t: changeTheme,
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
    if (event.key === 'Escape' || event.key === 'Enter') search.blur();
    if (event.key === 'Enter') panels.move(1);
    return;
  }
  const tab = TABS[Number(event.key) - 1];
  if (tab !== undefined && byId(`tab-${tab}`).hidden) return;
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
byId('theme').addEventListener('click', changeTheme);
byId('keys').addEventListener('click', () => help.showModal());

initTheme(redraw);
search.value = readRoute().search ?? '';
connection.start();
