type Child = Node | string | false | undefined;

/** Attributes by name; functions are listeners. `text` is the only way in for foreign text: it becomes a text node. */
type Attributes = Readonly<Record<string, string | boolean | undefined | ((event: Event) => void)>>;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (name === 'text') node.textContent = String(value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== false));
  return node;
}

/** Changes a text only if it differs, so that a selection in it stays. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

interface Link {
  readonly href: string;
  readonly text: string;
  readonly isCurrent?: boolean;
}

/** Shows links in those that are present, so that the focus and the pointer keep theirs. */
export function showLinks(parent: HTMLElement, links: readonly Link[]): void {
  while (parent.children.length > links.length) parent.lastElementChild!.remove();
  links.forEach(({ href, text, isCurrent }, i) => {
    const link = parent.children[i] ?? parent.appendChild(el('a'));
    if (link.getAttribute('href') !== href) link.setAttribute('href', href);
    if (isCurrent) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
    setText(link, text);
  });
}

export const byId = (id: string): HTMLElement => document.getElementById(id)!;
