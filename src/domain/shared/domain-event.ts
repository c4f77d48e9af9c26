/** Something that has happened to an aggregate, for other parts of the business to know. */
export interface DomainEvent<Data extends object = object> {
  /** What has happened, in the past tense. */
  readonly type: string;
  /** Events of one aggregate are sent in the order in which they happened. */
  readonly aggregate: { readonly type: string; readonly id: string };
  readonly occurredAt: Date;
  /** Sent as JSON. */
  readonly data: Data;
}
