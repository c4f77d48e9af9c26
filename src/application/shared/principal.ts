/** Who is calling, as far as use cases need to know. */
export interface Principal {
  /** The user or machine, as named by the token issuer. */
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
}
