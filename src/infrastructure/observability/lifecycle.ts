/** Whether the service wants more work: not any more once it has begun to stop. */
export class Lifecycle {
  private stopping = false;

  get isStopping(): boolean {
    return this.stopping;
  }

  beginToStop(): void {
    this.stopping = true;
  }
}
