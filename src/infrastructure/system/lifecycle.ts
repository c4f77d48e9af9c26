/** Whether the service accepts work: from the moment when all of it has started until it begins to stop. */
export class Lifecycle {
  private state: 'starting' | 'running' | 'stopping' = 'starting';

  get isRunning(): boolean {
    return this.state === 'running';
  }

  get isStopping(): boolean {
    return this.state === 'stopping';
  }

  markStarted(): void {
    if (this.state === 'starting') this.state = 'running';
  }

  markStopping(): void {
    this.state = 'stopping';
  }
}
