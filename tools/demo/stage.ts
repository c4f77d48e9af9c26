/** Where the demo takes place. */
export interface Stage {
  /** Of the API. */
  readonly url: string;
  readonly metricsUrl: string;
  /** Of the database of the service, for a role whose statements are not counted as the service's. */
  readonly databaseUrl: string;
  readonly token: string;
}

/** Changing products needs it. */
export const SCOPE = 'catalogue:write';
export const CUSTOMER = 'demo-customer';
