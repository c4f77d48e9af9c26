import type { PoolRole, TransactionOutcome } from '../model/completed-query';
import type { RecordSink } from '../recorder/record-sink';
import type { AcquisitionFailure } from '../sql/acquisition-failure';

/** Transactions and waits for the pool since they were last taken. It counts only while someone watches. */
export class LiveCounters implements RecordSink {
  private commits = 0;
  private rollbacks = 0;
  private transactionSeconds = 0;
  private idleSeconds = 0;
  private acquired = 0;
  private failures = 0;
  private waitSeconds = 0;
  private maxWaitSeconds = 0;

  record(): void {
    // Statements are in the statistics.
  }

  recordTransaction(outcome: TransactionOutcome, seconds: number, idleSeconds: number): void {
    if (outcome === 'commit') this.commits++;
    else this.rollbacks++;
    this.transactionSeconds += seconds;
    this.idleSeconds += idleSeconds;
  }

  recordAcquisition(_role: PoolRole, seconds: number, _new: boolean, failure: AcquisitionFailure | undefined): void {
    this.acquired++;
    if (failure !== undefined) this.failures++;
    this.waitSeconds += seconds;
    if (seconds > this.maxWaitSeconds) this.maxWaitSeconds = seconds;
  }

  take() {
    const taken = {
      commits: this.commits,
      rollbacks: this.rollbacks,
      transactionMs: this.transactionSeconds * 1000,
      idleMs: this.idleSeconds * 1000,
      acquired: this.acquired,
      acquireFailures: this.failures,
      waitMs: this.waitSeconds * 1000,
      maxWaitMs: this.maxWaitSeconds * 1000,
    };
    this.commits = this.rollbacks = this.transactionSeconds = this.idleSeconds = 0;
    this.acquired = this.failures = this.waitSeconds = this.maxWaitSeconds = 0;
    return taken;
  }
}
