/** Ways to take back what was started, last first. */
export class UndoList {
  private readonly steps: (() => unknown)[] = [];
  private done: Promise<void> | undefined;

  add(step: () => unknown): void {
    this.steps.push(step);
  }

  /** Takes everything back, once, however often it is asked; a step that fails keeps none of the others from its turn. */
  run(): Promise<void> {
    this.done ??= this.runSteps();
    return this.done;
  }

  private async runSteps(): Promise<void> {
    for (const step of this.steps.reverse()) {
      try {
        await step();
      } catch (error) {
        console.error(`Not everything could be taken back: ${(error as Error).message}`);
      }
    }
  }
}
