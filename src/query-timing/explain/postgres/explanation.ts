/** What would serve a condition. */
export interface Explanation {
  /** Why an index was not used; undefined without one that could be. */
  readonly why?: string;
  readonly hint: string;
  readonly index?: string | undefined;
}
