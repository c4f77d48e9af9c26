import { StatementNames } from '../../../src/infrastructure/database/prepared/statement-names';

const TEXTS = Array.from({ length: 6 }, (_, i) => `SELECT ${i} WHERE id = $1`);
const MAX = 2;

/** The name of a text that is used as often as it takes. */
function nameOf(names: StatementNames, text: string): string {
  for (;;) {
    const name = names.use(text);
    if (name !== undefined) return name;
  }
}

/** The names that the statements of a connection have had, over a long history. */
function aHistory(random: () => number): { text: string; name: string }[] {
  const names = new StatementNames(MAX);
  const current = new Map<string, string>();
  const given: { text: string; name: string }[] = [];
  const choose = () => TEXTS[Math.floor(random() * TEXTS.length)]!;
  for (let i = 0; i < 200; i++) {
    const action = random();
    const text = choose();
    if (action < 0.03) {
      names.forgetAll();
      current.clear();
    } else if (action < 0.1) {
      names.forget(text);
      current.delete(text);
    } else {
      const name = names.use(text);
      if (name === undefined) current.delete(text);
      else if (current.get(text) !== name) {
        current.set(text, name);
        given.push({ text, name });
      }
    }
  }
  return given;
}

/** Numbers from 0 to 1 that are the same in each run. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe('the name of a statement', () => {
  it('is the same on every connection, whatever else was named before it', () => {
    const [one, another] = [new StatementNames(MAX), new StatementNames(MAX)];
    nameOf(another, TEXTS[0]!);
    expect(nameOf(another, TEXTS[1]!)).toBe(nameOf(one, TEXTS[1]!));
  });

  it('stands for one text, whatever a connection has forgotten, and is not given to it a second time', () => {
    const texts = new Map<string, string>();
    for (let seed = 1; seed <= 50; seed++) {
      const given = aHistory(numbersFrom(seed * 7_919));
      expect(given.length).toBeGreaterThan(10);
      expect(new Set(given.map(({ name }) => name)).size).toBe(given.length);
      for (const { name, text } of given) {
        expect(texts.get(name) ?? text).toBe(text);
        texts.set(name, text);
      }
    }
  });

  it('is no longer than PostgreSQL reads', () => {
    const names = new StatementNames(1);
    for (let i = 0; i < 1_000; i++) nameOf(names, TEXTS[i % 2]!);
    expect(nameOf(names, 'x'.repeat(10_000)).length).toBeLessThan(64);
  });
});
