/** Steps that undo what was started, last first. */
export class UndoList {
  private readonly steps: (() => unknown)[] = [];
  private done: Promise<void> | undefined;

  add(step: () => unknown): void {
    this.steps.push(step);
  }

  /** Runs all steps, once, however often it is called. A step that fails does not prevent the others. */
  run(): Promise<void> {
    this.done ??= this.runSteps();
    return this.done;
  }

  private async runSteps(): Promise<void> {
    for (const step of this.steps.reverse()) {
      try {
        await step();
      } catch (error) {
        console.error(`Cleanup failed: ${(error as Error).message}`);
      }
    }
  }
}
