import { InternalFaults } from '../../../src/query-timing/recorder/internal-faults';
import type { Observer } from '../../../src/query-timing/recorder/observer';
import { QueryRecorder } from '../../../src/query-timing/recorder/query-recorder';
import type { RecordSink } from '../../../src/query-timing/recorder/record-sink';
import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { QueryTypes } from '../../../src/query-timing/sql/query-type';

function recorder() {
  const faults = new InternalFaults();
  const dialect = dialectOf('postgres');
  const options = { slowQueryThresholdMs: 100, ignore: [] };
  const recorder = new QueryRecorder('default', dialect, new QueryTypes(dialect), options, faults);
  return { faults, recorder, observer: recorder as Observer };
}

describe('a connection that was lost while no statement ran on it', () => {
  it('is reported to the sinks that count it, as a connection error', () => {
    const under = recorder();
    const recordConnectionLost = jest.fn();
    under.recorder.add('statistics', { record: jest.fn() });
    under.recorder.add('metrics', { record: jest.fn(), recordConnectionLost });
    under.observer.connectionLost(Object.assign(new Error('terminated'), { code: '25P04' }));
    expect(recordConnectionLost.mock.calls).toEqual([['connection']]);
    expect(under.faults.total).toBe(0);
  });

  it('does not reach the application when a sink throws', () => {
    const under = recorder();
    const failing: RecordSink = {
      record: jest.fn(),
      recordConnectionLost: () => {
        throw new Error('sabotage');
      },
    };
    const recordConnectionLost = jest.fn();
    under.recorder.add('metrics', failing);
    under.recorder.add('sink', { record: jest.fn(), recordConnectionLost });
    under.observer.connectionLost(new Error('terminated'));
    expect(recordConnectionLost).toHaveBeenCalledTimes(1);
    expect(under.faults.total).toBe(1);
  });
});
