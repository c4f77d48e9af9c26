import type { PlanFinding } from '../../model/statement-plan';
import { rounded } from '../estimates';
import type { PgClient } from './postgres-connector';

const MAX_VERIFIED = 3;
/** An index that saves less is not worth its writes. */
const MIN_GAIN = 0.9;
/** HypoPG knows no others, and the planner cannot match an index with a pattern that it does not know. */
const VERIFIABLE = /^CREATE INDEX ON [^()]+ \((?!.*_pattern_ops)/;

export interface Verification {
  /** The schema of HypoPG, quoted; null without it. */
  readonly hypopg: string | null;
  /** Of the statement without the index. */
  readonly cost: number;
  /** Plans the statement again. @returns its cost */
  readonly replan: () => Promise<number>;
}

/**
 * Says of each hint whether it is verified: with HypoPG, the planner is asked whether it would use the index. Without, it
 * is a guess. An index that the planner would not use is no longer suggested.
 */
export async function verifiedFindings(
  client: PgClient,
  findings: readonly PlanFinding[],
  verification: Verification,
): Promise<PlanFinding[]> {
  const result: PlanFinding[] = [];
  let tried = 0;
  for (const finding of findings) {
    const isTried = finding.index !== undefined && VERIFIABLE.test(finding.index) && finding.kind !== 'foreign-key';
    if (finding.index === undefined) result.push(finding);
    else if (!isTried || verification.hypopg === null || tried++ >= MAX_VERIFIED) result.push(guess(finding));
    else result.push(await verified(client, finding, verification));
  }
  return result;
}

const guess = (finding: PlanFinding): PlanFinding =>
  finding.kind === 'foreign-key' ? finding : { ...finding, hint: `${finding.hint} (a guess, not verified)` };

async function verified(client: PgClient, finding: PlanFinding, verification: Verification): Promise<PlanFinding> {
  const after = await costWith(client, finding.index!, verification);
  if (after === undefined) return guess(finding);
  const [before, now] = [rounded(verification.cost), rounded(after)];
  if (after > verification.cost * MIN_GAIN) {
    const effect = after < verification.cost ? 'save less than a tenth of the cost' : 'not be used';
    const hint = `HypoPG: an index on these columns would ${effect}`;
    return { ...finding, hint, index: undefined };
  }
  const hint = `${finding.hint} (verified with HypoPG: cost ${before} before, ${now} after)`;
  return { ...finding, hint, verified: { before, after: now } };
}

/** Hypothetical indexes are of the session, which survives the transaction: they are removed inside. */
async function costWith(client: PgClient, index: string, verification: Verification): Promise<number | undefined> {
  const { hypopg, replan } = verification;
  try {
    await client.query({ text: `SELECT ${hypopg}.hypopg_create_index($1)`, values: [index] });
    return await replan();
  } catch {
    await client.query({ text: 'ROLLBACK TO SAVEPOINT query_timing' });
    return undefined;
  } finally {
    await client.query({ text: `SELECT ${hypopg}.hypopg_reset()` });
  }
}
