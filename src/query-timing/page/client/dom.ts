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

export const byId = (id: string): HTMLElement => document.getElementById(id)!;
