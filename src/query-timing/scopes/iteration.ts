import type { Scope } from './scope';
import { scopeStore } from './scope-store';

type AnyGenerator = AsyncGenerator | Generator;
type Step = 'next' | 'return' | 'throw';
const STEPS: readonly Step[] = ['next', 'return', 'throw'];

/**
 * The same values as a generator. It runs in the scope whenever it is read, and ends with its last step.
 *
 * @param ended is called once. What it throws is thrown by that step
 */
export function iterateIn(scope: Scope, generator: AnyGenerator, ended: (failed: boolean) => void): AnyGenerator {
  let isOpen = true;
  const end = (failed: boolean) => {
    if (!isOpen) return;
    isOpen = false;
    ended(failed);
  };
  const stepped = (result: IteratorResult<unknown>) => {
    if (result.done === true) end(false);
    return result;
  };
  const failed = (error: unknown): never => {
    end(true);
    throw error;
  };
  const step = (name: Step) => (value: unknown) => {
    let result: Promise<IteratorResult<unknown>> | IteratorResult<unknown>;
    try {
      result = scopeStore.run(scope, () => generator[name](value as never));
    } catch (error) {
      return failed(error);
    }
    return result instanceof Promise ? result.then(stepped, failed) : stepped(result);
  };
  const steps = STEPS.map((name) => [name, { value: step(name) }] as const);
  return Object.create(Object.getPrototypeOf(generator) as object, Object.fromEntries(steps)) as AnyGenerator;
}
