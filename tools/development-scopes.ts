import { CATALOGUE_SCOPE } from '../src/infrastructure/http/ordering/ordering.scopes';

/** The default scopes of a token of the development issuer: all of them. */
export const developmentScopes: readonly string[] = [CATALOGUE_SCOPE];
