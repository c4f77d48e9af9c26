// @ts-nocheck -- the command installs Grafana's packages
import { createTheme, dateTime } from '@grafana/data';
import { GlobalStyles, PortalContainer, ThemeContext } from '@grafana/ui';
import { initPluginTranslations } from '@grafana/i18n';
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import { framesOf } from './frames.mjs';
import { Panel } from './panel.mjs';

// The grid of Grafana's dashboards.
const COLUMNS = 24;
const CELL = 30;
const GAP = 8;
const PHONE = 769;

let root;
/** Every drawing is a new one: nothing of the last one is left. */
let drawings = 0;

const theme = createTheme({ colors: { mode: 'dark' } });

/** Draws the dashboard. Returns the height of the page in pixels. */
window.draw = async ({ title, variables, panels, from, to }) => {
  await initPluginTranslations('dashboard');
  const timeRange = { from: dateTime(from), to: dateTime(to), raw: { from: dateTime(from), to: dateTime(to) } };
  const drawn = [];
  for (const { panel, results } of panels) {
    drawn.push({ panel, frames: panel.type === 'row' ? [] : await framesOf(panel, results, theme) });
  }
  const width = window.innerWidth - 2 * GAP;
  const head = h(
    'div',
    { className: 'head' },
    h('b', null, title),
    variables.map((text) => h('span', { key: text }, text)),
  );
  const content = drawn.map(({ panel, frames }) => {
    const place = placeOf(panel.gridPos, width);
    const key = panel.id;
    if (panel.type === 'row') return h('div', { key, className: 'heading', style: place }, `▾ ${panel.title}`);
    return h('div', { key, style: place }, h(Panel, { panel, frames, theme, timeRange, ...place }));
  });
  root ??= createRoot(document.querySelector('#page'));
  root.render(
    h(
      ThemeContext.Provider,
      { value: theme, key: ++drawings },
      h(GlobalStyles),
      head,
      h('div', { className: 'grid' }, content),
      h(PortalContainer),
    ),
  );
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const bottoms = [...document.querySelectorAll('.grid > *')].map((one) => one.getBoundingClientRect().bottom);
  return Math.ceil(Math.max(...bottoms)) + GAP;
};

/** On a phone, panels are one below another. */
function placeOf({ x, y, w, h: rows }, width) {
  const height = rows * (CELL + GAP) - GAP;
  if (width < PHONE) return { position: 'relative', marginBottom: GAP, width, height };
  const column = (width + GAP) / COLUMNS;
  return { position: 'absolute', left: x * column, top: y * (CELL + GAP), width: w * column - GAP, height };
}
