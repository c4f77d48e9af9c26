import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drill } from '../../../maintainers/monitoring/drill/drill';
import { monitoringPrograms } from '../../monitoring/support/programs';
import { createScratchDatabase } from '../../support/scratch-database';

describe('the fire drill', () => {
  it('pages for slow queries, for a database that is gone and once for a service that is down, mutes the warning, and resolves a page when its cause is over', async () => {
    const programs = await monitoringPrograms((line) => process.stderr.write(`${line}\n`));
    const directory = mkdtempSync(join(tmpdir(), 'monitoring-drill-'));
    const { url: databaseUrl, adminUrl, drop } = await createScratchDatabase();
    try {
      const { messages } = await drill({ programs, directory, databaseUrl, adminUrl, log: () => undefined });
      expect(messages.length).toBeGreaterThan(0);
    } finally {
      await drop();
      rmSync(directory, { recursive: true, force: true });
    }
  }, 300_000);
});
