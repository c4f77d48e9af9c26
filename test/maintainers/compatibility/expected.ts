interface Work {
  /** Statements of requests besides the workload's ten. */
  readonly requests?: number;
  readonly moreSelects?: number;
}

/** What the workload of `fixtures/workload.ts` must count, whatever it runs on. */
export const counted = ({ requests = 0, moreSelects = 0 }: Work = {}) => ({
  metrics: {
    'queries_total{query_type="SELECT"}': 20 + requests + moreSelects,
    'queries_total{query_type="INSERT"}': 6,
    'queries_total{query_type="UPDATE"}': 1,
    'queries_total{query_type="DELETE"}': 1,
    'queries_total{query_type="BEGIN"}': 6,
    'queries_total{query_type="COMMIT"}': 4,
    'queries_total{query_type="ROLLBACK"}': 3,
    'queries_total{query_type="OTHER"}': 2,
    'query_errors_total{query_type="SELECT",error_class="timeout"}': 1,
    'query_errors_total{query_type="SELECT",error_class="connection"}': 1,
    'query_errors_total{query_type="SELECT",error_class="syntax"}': 1,
    'query_errors_total{query_type="INSERT",error_class="unique"}': 2,
    'query_timeouts_total{query_type="SELECT"}': 1,
    query_first_row_seconds_count: 1,
    query_streamed_rows_total: 100,
    'transaction_duration_seconds_count{outcome="commit"}': 4,
    'transaction_duration_seconds_count{outcome="rollback"}': 2,
  },
  lines: 10 + requests,
  foreign: [],
});
