/** Who is calling, as far as use cases need to know. */
export interface Principal {
  /** The person, or the machine, as its token's issuer names it. */
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
}
