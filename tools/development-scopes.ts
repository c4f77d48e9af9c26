import { CATALOGUE_SCOPE } from '../src/infrastructure/http/ordering/ordering.scopes';

/** What a token of the development issuer allows when nobody says otherwise: everything that needs a scope. */
export const developmentScopes: readonly string[] = [CATALOGUE_SCOPE];
