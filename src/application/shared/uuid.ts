const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** In lower case, as PostgreSQL writes it. */
export const isUuid = (text: string): boolean => uuid.test(text);
