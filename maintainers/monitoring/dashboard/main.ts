import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { launchChromium } from '../../../test/maintainers/browser/support/browser';
import { monitoringPrograms } from '../../../test/monitoring/support/programs';
import { PackagesUnavailableError } from '../../../test/support/debian/debian-packages';
import { CommandError, run } from '../../../tools/command-line';
import { buildPage, DrawingPage, type PictureFormat } from './draw';
import { faultsIn } from './faults';
import { installPackages } from './packages';
import { dataOf, readDashboard, type Dashboard, type PanelData } from './panels';
import { addRules } from './rules';
import { simulate } from './simulation/hours';
import { scenarios, type Scenario } from './simulation/scenarios';
import { Store } from './store';

type Data = Record<Scenario['name'], readonly PanelData[]>;

/** What is committed: the first screen, which a page shows. */
const COMMITTED: Readonly<Record<string, PictureFormat>> = {
  desk: { type: 'webp', width: 1280, height: 940 },
  phone: { type: 'webp', width: 390, height: 1700 },
};
/** For those who change the dashboard. */
const WHOLE: Readonly<Record<string, PictureFormat>> = {
  desk: { type: 'png', width: 1280 },
  phone: { type: 'png', width: 390 },
};
const MAX_BYTES = 150 * 1024;

const log = (line: string) => console.error(line);

async function collect(dashboard: Dashboard): Promise<Data> {
  const directory = mkdtempSync(join(tmpdir(), 'dashboard-'));
  const store = new Store(await monitoringPrograms(log), directory);
  try {
    log('writing the samples of the scenarios into a Prometheus');
    const { hour, days } = simulate();
    await store.add(days);
    await store.add(hour);
    log('evaluating the rules');
    await addRules(store);
    log('asking the queries of the panels');
    const data: Partial<Data> = {};
    for (const { name } of scenarios) data[name] = await dataOf(dashboard, name, store);
    return data as Data;
  } finally {
    await store.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function drawAll({ title }: Dashboard, data: Data, folder: string, formats: typeof WHOLE): Promise<void> {
  const html = await buildPage(await installPackages(log));
  const browser = await launchChromium({ log });
  mkdirSync(folder, { recursive: true });
  try {
    const page = await DrawingPage.open(browser, html);
    for (const [name, panels] of Object.entries(data)) {
      for (const [device, format] of Object.entries(formats)) {
        const variables = [`Namespace: ${name}`, 'Job: All', 'Instance: All', 'Query type: All', 'PostgreSQL: All'];
        const picture = await page.draw({ title, variables, panels }, format);
        const file = join(folder, `dashboard-${name}-${device}.${format.type}`);
        writeFileSync(file, picture);
        log(`${file}, ${Math.ceil(picture.length / 1024)} KiB`);
        if (format.height && picture.length > MAX_BYTES)
          throw new CommandError(`${file} is larger than ${MAX_BYTES} bytes.`);
      }
    }
  } finally {
    await browser.close();
  }
}

void run(
  new Command('dashboard')
    .description(
      'Draws the dashboard with Grafana’s components, from a real Prometheus that has a quiet hour, a slow one and an ' +
        'outage. Fails if a panel has no data in the scenario that it is made for.',
    )
    .option('--check', 'draw nothing')
    .option('--whole <folder>', 'write PNG files of all of it into a folder, instead of the pictures of the guide')
    .action(async ({ check, whole }: { check?: true; whole?: string }) => {
      const dashboard = readDashboard();
      const data = await collect(dashboard);
      const faults = faultsIn(data);
      if (!check) await drawAll(dashboard, data, whole ?? 'docs/guides/pictures', whole ? WHOLE : COMMITTED);
      if (faults.length > 0) throw new CommandError(faults.join('\n'));
      const panels = dashboard.panels.filter(({ targets }) => targets).length;
      console.log(`${panels} panels have data in the scenarios that they are made for.`);
    }),
  PackagesUnavailableError,
);
