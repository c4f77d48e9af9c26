import type { GuideCase } from '../guide-case';
import { batchUpdate } from './batch-update';
import { bulkInsert } from './bulk-insert';
import { cappedCount } from './capped-count';
import { coveringIndex } from './covering-index';
import { cteFence } from './cte-fence';
import { dependentColumns } from './dependent-columns';
import { distinctJoin } from './distinct-join';
import { estimatedCount } from './estimated-count';
import { existsNotCount } from './exists-not-count';
import { expressionIndex } from './expression-index';
import { foreignKeyIndex } from './foreign-key-index';
import { genericPlan } from './generic-plan';
import { hotRow } from './hot-row';
import { idList } from './id-list';
import { idleInTransaction } from './idle-in-transaction';
import { indexColumnOrder } from './index-column-order';
import { joinOrder } from './join-order';
import { jsonbContainment } from './jsonb-containment';
import { keysetMicroseconds } from './keyset-microseconds';
import { keysetPagination } from './keyset-pagination';
import { keysetWithRelations } from './keyset-with-relations';
import { likeAnywhere } from './like-anywhere';
import { likePrefix } from './like-prefix';
import { missingIndex } from './missing-index';
import { nPlusOne } from './n-plus-one';
import { notInSubquery } from './not-in-subquery';
import { orAcrossTables } from './or-across-tables';
import { orSameTable } from './or-same-table';
import { pageWithRelations } from './page-with-relations';
import { partialIndex } from './partial-index';
import { queueSkipLocked } from './queue-skip-locked';
import { sargableFilter } from './sargable-filter';
import { selectColumns } from './select-columns';
import { skipScan } from './skip-scan';
import { sortForFirstRows } from './sort-for-first-rows';
import { sortInMemory } from './sort-in-memory';
import { staleStatistics } from './stale-statistics';
import { streamLargeResult } from './stream-large-result';
import { subqueryPerRow } from './subquery-per-row';
import { topPerGroup } from './top-per-group';
import { upsert } from './upsert';

/** Every case, in the order of the guide. A case and its file have the same name. */
export const cases: readonly GuideCase[] = [
  missingIndex,
  indexColumnOrder,
  coveringIndex,
  partialIndex,
  expressionIndex,
  likePrefix,
  likeAnywhere,
  foreignKeyIndex,
  jsonbContainment,
  skipScan,
  sortForFirstRows,
  keysetPagination,
  keysetMicroseconds,
  keysetWithRelations,
  selectColumns,
  existsNotCount,
  estimatedCount,
  cappedCount,
  topPerGroup,
  subqueryPerRow,
  sargableFilter,
  idList,
  orAcrossTables,
  orSameTable,
  notInSubquery,
  distinctJoin,
  joinOrder,
  cteFence,
  nPlusOne,
  pageWithRelations,
  bulkInsert,
  upsert,
  batchUpdate,
  streamLargeResult,
  hotRow,
  queueSkipLocked,
  idleInTransaction,
  staleStatistics,
  dependentColumns,
  sortInMemory,
  genericPlan,
];
