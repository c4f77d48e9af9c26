/** A token needs it to change the catalogue. */
export const CATALOGUE_SCOPE = 'catalogue:write';
