/** The service that gets the requests. */
export interface Target {
  /** Of the API. */
  readonly url: string;
  readonly metricsUrl: string;
  readonly token: string;
}

/** Changing products needs it. */
export const SCOPE = 'catalogue:write';
export const CUSTOMER = 'demo-customer';
