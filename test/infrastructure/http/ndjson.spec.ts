import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { ndjson } from '../../../src/infrastructure/http/ordering/ndjson';

/** Far more than a stream buffers. */
const MANY = 10_000;

describe('a response with one line per item', () => {
  let produced = 0;
  let ended = 0;
  beforeEach(() => (produced = ended = 0));

  async function* items() {
    try {
      while (produced < MANY) yield { number: (produced += 1), text: 'x'.repeat(1_000) };
    } finally {
      ended += 1;
    }
  }
  const startReading = async () => {
    const lines = ndjson(items(), 'a-request').getStream();
    await once(lines, 'readable');
    await setImmediate();
    return lines;
  };

  it('reads no more items than fit into the buffer', async () => {
    await startReading();
    expect(produced).toBeGreaterThan(0);
    expect(produced).toBeLessThan(MANY / 10);
  });

  it('has all items, and closes the iterator once', async () => {
    let text = '';
    for await (const chunk of await startReading()) text += String(chunk);
    expect(text.match(/\n/g)).toHaveLength(MANY);
    expect(ended).toBe(1);
  });

  it('closes the iterator when the reader disconnects', async () => {
    const lines = await startReading();
    lines.destroy();
    await once(lines, 'close');
    expect(ended).toBe(1);
  });
});
