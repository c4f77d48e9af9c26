import { createInterface, type Interface } from 'node:readline/promises';
import { UsageError } from '../../tools/command-line';

/** Also the name of a Kubernetes service and of a PostgreSQL role, both of which end at 63 characters. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 53;
const SCOPE = /^@[a-z0-9][a-z0-9-]*$/;

/** What a service is made of. */
export interface Choices {
  readonly name?: string;
  readonly scope?: string;
  readonly keepSample?: boolean;
}

export function mistakeInName(name: string | undefined, taken: string): string | undefined {
  if (!name) return 'A name is required: --name my-service.';
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH)
    return (
      `'${name}' is not a valid name for a service: write lower-case words of letters and digits with hyphens, at most ` +
      `${MAX_NAME_LENGTH} characters.`
    );
  return name === taken ? `'${name}' is the template's own name: choose another.` : undefined;
}

export const mistakeInScope = (scope: string | undefined): string | undefined =>
  scope && !SCOPE.test(scope) ? `'${scope}' is not a valid scope: write it like @acme.` : undefined;

const mistakeInYesOrNo = (reply: string): string | undefined =>
  /^(?:y|yes|n|no)?$/i.test(reply) ? undefined : 'Write y or n.';

/** Asks at a terminal. Each reply is checked when it is given, and asked for again. */
export class Questions {
  private readonly terminal: Interface;
  private readonly ended = new AbortController();

  constructor(
    input: NodeJS.ReadableStream,
    private readonly output: NodeJS.WritableStream,
  ) {
    this.terminal = createInterface({ input, output });
    this.terminal.on('close', () => this.ended.abort());
  }

  async choices(taken: string): Promise<Choices> {
    const name = await this.ask('Name of your service (such as my-service): ', (reply) => mistakeInName(reply, taken));
    const scope = await this.ask('Scope of its package (such as @acme; empty for none): ', mistakeInScope);
    const keep = await this.ask('Keep the ordering sample? (y/N): ', mistakeInYesOrNo);
    return { name, scope: scope || undefined, keepSample: /^y/i.test(keep) };
  }

  async confirm(): Promise<boolean> {
    return !/^n/i.test(await this.ask('Do it? (Y/n): ', mistakeInYesOrNo));
  }

  close(): void {
    this.terminal.close();
  }

  /** @throws UsageError when the input ends */
  private async ask(question: string, mistakeIn: (reply: string) => string | undefined): Promise<string> {
    for (;;) {
      const reply = await this.terminal.question(question, { signal: this.ended.signal }).catch(() => {
        throw new UsageError('\nNothing has changed.');
      });
      const mistake = mistakeIn(reply.trim());
      if (mistake === undefined) return reply.trim();
      this.output.write(`${mistake}\n`);
    }
  }
}
