/** The scope that a token needs to change the catalogue. */
export const CATALOGUE_SCOPE = 'catalogue:write';
