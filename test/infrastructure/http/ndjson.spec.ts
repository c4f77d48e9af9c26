import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { ndjson } from '../../../src/infrastructure/http/ordering/ndjson';

/** Far more than a stream keeps for a reader who is not there yet. */
const MANY = 10_000;

describe('an answer of a line for each item', () => {
  let asked = 0;
  let ended = 0;
  beforeEach(() => (asked = ended = 0));

  async function* items() {
    try {
      while (asked < MANY) yield { number: (asked += 1), text: 'x'.repeat(1_000) };
    } finally {
      ended += 1;
    }
  }
  const begun = async () => {
    const lines = ndjson(items(), 'a-request').getStream();
    await once(lines, 'readable');
    await setImmediate();
    return lines;
  };

  it('asks for no more of them than there is room for', async () => {
    await begun();
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(MANY / 10);
  });

  it('has all of them for who reads on, and ends them once', async () => {
    let text = '';
    for await (const chunk of await begun()) text += String(chunk);
    expect(text.match(/\n/g)).toHaveLength(MANY);
    expect(ended).toBe(1);
  });

  it('ends them when its reader goes away', async () => {
    const lines = await begun();
    lines.destroy();
    await once(lines, 'close');
    expect(ended).toBe(1);
  });
});
