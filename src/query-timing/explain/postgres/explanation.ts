/** What would serve a condition. */
export interface Explanation {
  /** Why an index was not used; undefined if there is none to use. */
  readonly why?: string;
  readonly hint: string;
  readonly index?: string | undefined;
}
