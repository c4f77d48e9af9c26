/** Trouble that a run-book can be practised on. */
export const TROUBLES = {
  blocked: 'A session has locked the orders, and is idle in its transaction',
  slow: 'The orders are locked for a moment, again and again',
} as const;
export type Trouble = keyof typeof TROUBLES;
