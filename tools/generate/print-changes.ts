import type { Changes } from '../edits/tree';

export function printChanges({ added, changed }: Changes): void {
  for (const path of added) console.log(`add     ${path}`);
  for (const path of changed) console.log(`change  ${path}`);
}
