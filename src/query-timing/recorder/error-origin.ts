const MAX_FRAME_LENGTH = 200;
const NAME = /^[\w$.]{1,60}$/;
const FRAME = /^\s*(?:at )?(.*:\d+:\d+\)?)\s*$/;

/** The class of an error, its code, and where it was thrown. */
export interface ErrorOrigin {
  readonly error_type: string;
  readonly error_code?: string;
  readonly thrown_at?: string;
}

/** What can be said about any thrown value without its message, which may contain values. Never throws. */
export function errorOrigin(error: unknown): ErrorOrigin {
  try {
    return originOf(error);
  } catch {
    return { error_type: 'unreadable' };
  }
}

function originOf(error: unknown): ErrorOrigin {
  if (typeof error !== 'object' || error === null) return { error_type: typeof error };
  const { name, message, code, stack } = error as Readonly<Record<'name' | 'message' | 'code' | 'stack', unknown>>;
  const frame = typeof stack === 'string' && typeof message === 'string' ? firstFrame(stack, message) : undefined;
  return {
    error_type: typeof name === 'string' && NAME.test(name) ? name : 'object',
    ...(typeof code === 'string' && NAME.test(code) && { error_code: code }),
    ...(frame !== undefined && { thrown_at: frame }),
  };
}

/** A message may have lines that look like frames, so it is skipped. */
function firstFrame(stack: string, message: string): string | undefined {
  const start = stack.indexOf(message);
  if (start < 0) return undefined;
  for (const line of stack.slice(start + message.length, start + message.length + 2000).split('\n')) {
    const frame = FRAME.exec(line)?.[1];
    if (frame !== undefined) return frame.slice(-MAX_FRAME_LENGTH);
  }
  return undefined;
}
