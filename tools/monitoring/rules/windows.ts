/** Those of the burn rates; 2m shows that it is still happening. */
export const BURN_WINDOWS = ['2m', '5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;
/** Those that show that it matters. */
export const LONG_WINDOWS = ['1h', '6h', '1d', '3d'] as const;
