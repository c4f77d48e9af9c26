const KEY = 'query-timing-theme';
const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');

/** What is drawn, and not styled, has to be drawn again in the other one. */
export function themeNow(): 'dark' | 'light' {
  return (root.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark' ? 'dark' : 'light';
}

export function toggleTheme(): void {
  root.dataset.theme = themeNow() === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(KEY, root.dataset.theme);
  } catch {
    // Without storage, the theme lasts as long as the page.
  }
}

/** @param onChange is called when the system changes to its other theme */
export function initTheme(onChange: () => void): void {
  try {
    const theme = localStorage.getItem(KEY);
    if (theme) root.dataset.theme = theme;
  } catch {
    // Without storage, the theme is that of the system.
  }
  system.addEventListener('change', onChange);
}
