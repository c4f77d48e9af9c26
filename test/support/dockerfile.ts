export interface Instruction {
  /** In capitals, such as RUN. */
  readonly name: string;
  /** `--mount=…`, `--from=…` and the like, before what follows. */
  readonly flags: readonly string[];
  /** The rest: on one line, with the arguments of the file filled in. */
  readonly value: string;
}

export interface Stage {
  readonly name: string;
  /** Another stage, or an image. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** The instructions that this project's images use; for another one the code here has to learn what it means. */
const KNOWN = ['COPY', 'CMD', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'RUN', 'USER', 'WORKDIR'];

/** @throws SyntaxError for an instruction that is not known here */
export function parseDockerfile(text: string): Stage[] {
  const defaults = new Map<string, string>();
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  const lines = text.replace(/^\s*#.*\n/gm, '').replace(/\\\n\s*/g, ' ');
  for (const line of lines
    .split('\n')
    .map((one) => one.trim())
    .filter(Boolean)) {
    const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    const value = rest.replace(/\$\{(\w+)\}/g, (all, key: string) => defaults.get(key) ?? all);
    if (name === 'ARG') {
      const [key = '', preset = ''] = value.split('=');
      defaults.set(key, preset);
    } else if (name === 'FROM') {
      const [, from = '', as = ''] = /^(\S+) AS (\S+)$/.exec(value) ?? [];
      if (!from) throw new SyntaxError(`A stage without a name: ${line}`);
      stages.push({ name: as, from, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage || !KNOWN.includes(name)) throw new SyntaxError(`An instruction that is not known here: ${line}`);
      const [flags = ''] = /^(?:--\S+\s+)*/.exec(value) ?? [];
      const instruction = { name, flags: flags.split(/\s+/).filter(Boolean), value: value.slice(flags.length) };
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

/** The last of its kind, as an image takes it. */
export function lastOf(stage: Stage, name: string): Instruction | undefined {
  return stage.instructions.findLast((instruction) => instruction.name === name);
}

/** The variables that a stage sets, in one ENV. */
export function environmentOf(stage: Stage): Record<string, string> {
  const words = lastOf(stage, 'ENV')?.value.split(/\s+/) ?? [];
  return Object.fromEntries(words.map((word) => word.split('=') as [string, string]));
}

/** `["node", "main.js"]` as words. @throws for the form that goes through a shell, which passes no signal on */
export function execForm(value: string): string[] {
  return JSON.parse(value) as string[];
}

/**
 * The rules of a .dockerignore, as far as this project's goes: everything is left out, but for the named files and
 * folders.
 * @throws SyntaxError for any other rule
 */
export function parseDockerignore(text: string): (path: string) => boolean {
  const [first, ...rules] = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (first !== '*' || !rules.every((rule) => /^![\w./-]+$/.test(rule))) {
    throw new SyntaxError('.dockerignore must leave everything out, and then name what goes in.');
  }
  const allowed = rules.map((rule) => rule.slice(1));
  return (path) => allowed.some((one) => path === one || path.startsWith(`${one}/`));
}
