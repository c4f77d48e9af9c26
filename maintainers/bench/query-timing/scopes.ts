import { loadLibrary } from './library-copies';
import { cpuNanoseconds, interleaved, type Contender } from './measure';
import { runPart, type Results } from './results';
import { attachSubscribers, switched } from './switch';
import { BASELINES, inScopes, OURS, statementSource, type Variant } from './variants';
import { replayingDataSource, WORK } from './workload';

/**
 * What scopes cost, in a separate process: on Node 20, the first AsyncLocalStorage of a process slows down each promise,
 * also those of the application.
 */
const COPIES = 40;
const COPIES_THAT_MARK = 10;
const COURSE = { warmUp: 10_000, settling: 10, seconds: 8 };
const REQUESTS = 20_000;
const BATCHES = 30;

async function statements(kind: 'raw' | 'findOneBy', { rows, bars }: Results): Promise<void> {
  const dataSource = await replayingDataSource();
  const copiesOf = ({ marks }: Variant) => (marks ? COPIES_THAT_MARK : COPIES);
  const variants = [BASELINES.floor, OURS.defaults, OURS.scopes];
  const contenders: Contender[] = variants.map((variant) =>
    switched(dataSource, variant.name, () => attachSubscribers(dataSource, variant.create(copiesOf(variant)))),
  );
  const { bare, added } = await inScopes(() =>
    interleaved([...contenders, contenders[0]!, contenders[0]!], COURSE, WORK[kind](dataSource)),
  );
  const table = `scopes, ${kind}, ns per query`;
  rows.push({ table, name: 'bare TypeORM (the whole query)', unit: 'ns', samples: bare });
  const [floor, , scopes] = variants.map((variant) => {
    const samples = added.get(variant.name)!.map((sample) => sample / copiesOf(variant));
    rows.push({ table, name: variant.name, unit: 'ns', samples });
    return samples;
  });
  const guarantee = `${kind}: ${OURS.scopes.name} / ${BASELINES.floor.name}`;
  bars.push({ guarantee, limit: 2.5, samples: scopes!, reference: floor! });
  await dataSource.destroy();
}

/** The whole cost of one unit of work without any statement. */
function requests({ rows, bars }: Results): void {
  const { runInScope, scopeStore, DEFAULT_SCOPE_OPTIONS, TimingScopes, ...library } = loadLibrary();
  const faults = new library.InternalFaults();
  const dialect = library.dialectOf('postgres');
  const { DEFAULT_OPTIONS: options } = library;
  const recorder = new library.QueryRecorder('default', dialect, new library.QueryTypes(dialect), options, faults);
  scopeStore.addUser(new TimingScopes(recorder, DEFAULT_SCOPE_OPTIONS, statementSource(loadLibrary())));
  const run = () => {
    const before = cpuNanoseconds();
    for (let i = 0; i < REQUESTS; i++) runInScope('request', () => undefined);
    return (cpuNanoseconds() - before) / REQUESTS;
  };
  run();
  const samples = Array.from({ length: BATCHES }, run);
  rows.push({ table: 'scopes, ns per unit of work', name: 'runInScope', unit: 'ns', samples });
  bars.push({ guarantee: 'a unit of work without statements, in ns', limit: 3000, samples });
}

runPart(async (results) => {
  await statements('raw', results);
  await statements('findOneBy', results);
  requests(results);
});
