import { Session, type Debugger, type InspectorNotification } from 'node:inspector';

/**
 * Everything that is thrown in this thread while the work runs, whether or not it is caught: one description per throw.
 */
export async function exceptionsDuring(work: () => Promise<unknown>): Promise<string[]> {
  const thrown: string[] = [];
  const session = new Session();
  session.connect();
  session.on('Debugger.paused', ({ params }: InspectorNotification<Debugger.PausedEventDataType>) => {
    const { description, value } = (params.data ?? {}) as { description?: string; value?: unknown };
    thrown.push(description ?? String(value));
  });
  try {
    session.post('Debugger.enable');
    session.post('Debugger.setPauseOnExceptions', { state: 'all' });
    await work();
    return thrown;
  } finally {
    session.disconnect();
  }
}
