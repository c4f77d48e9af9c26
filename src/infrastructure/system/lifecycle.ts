/** Whether the service wants work: once all of it has started, and not any more once it has begun to stop. */
export class Lifecycle {
  private state: 'starting' | 'running' | 'stopping' = 'starting';

  get isRunning(): boolean {
    return this.state === 'running';
  }

  get isStopping(): boolean {
    return this.state === 'stopping';
  }

  hasStarted(): void {
    if (this.state === 'starting') this.state = 'running';
  }

  beginToStop(): void {
    this.state = 'stopping';
  }
}
