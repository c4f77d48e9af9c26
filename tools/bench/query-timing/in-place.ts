export const inPlace = async (_: object) => ({ rows: [], bars: [] });
