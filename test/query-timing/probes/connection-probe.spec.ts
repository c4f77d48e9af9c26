import { EventEmitter } from 'node:events';
import type { DataSource } from 'typeorm';
import { connectionProbe } from '../../../src/query-timing/probes/connection-probe';
import type { StatementCompletion } from '../../../src/query-timing/probes/statement-completion';

/** The probe on a driver of which only the pools matter. */
function attached(pools: object, connect: () => Promise<void> = () => Promise.resolve()) {
  const observer = { connectionLost: jest.fn(), probeFailed: jest.fn() };
  const completion = { observer, connectionReleased: jest.fn() };
  const driver = { connect, ...pools };
  const detach = connectionProbe({ driver } as unknown as DataSource, completion as unknown as StatementCompletion);
  return { driver, observer, completion, detach };
}

const error = new Error('terminated');

describe('the connection probe', () => {
  describe('on pools of pg', () => {
    it('reports a release, and the loss of a connection once', () => {
      const [master, replica] = [new EventEmitter(), new EventEmitter()];
      const { observer, completion } = attached({ master, slaves: [replica] });
      const client = { _queryable: true, readyForQuery: true };
      master.emit('release', undefined, client);
      replica.emit('release', undefined, client);
      expect(completion.connectionReleased.mock.calls.map(([connection]: unknown[]) => connection)).toEqual([
        client,
        client,
      ]);
      client._queryable = false;
      master.emit('release', error, client);
      master.on('error', () => undefined);
      master.emit('error', error, client);
      expect(observer.connectionLost.mock.calls).toEqual([[error]]);
    });

    it('leaves a loss to the statement that runs, also when the pool reports it again', () => {
      const master = new EventEmitter().on('error', () => undefined);
      const { observer } = attached({ master });
      const client = { _queryable: false, readyForQuery: false };
      master.emit('release', error, client);
      client.readyForQuery = true;
      master.emit('error', error, client);
      expect(observer.connectionLost).not.toHaveBeenCalled();
    });

    it('does not handle an error of the pool, and needs no client', () => {
      const master = new EventEmitter();
      const { observer } = attached({ master });
      expect(() => master.emit('error', error)).toThrow('terminated');
      expect(observer.connectionLost).not.toHaveBeenCalled();
      expect(observer.probeFailed).not.toHaveBeenCalled();
    });

    it('watches the pools of the last initialize() until it is detached', async () => {
      const [first, second] = [new EventEmitter(), new EventEmitter()];
      const { driver, detach } = attached({ master: undefined });
      Object.assign(driver, { master: first });
      await driver.connect();
      expect(first.listenerCount('release')).toBe(1);
      Object.assign(driver, { master: second });
      await driver.connect();
      expect([first.eventNames(), second.listenerCount('release')]).toEqual([[], 1]);
      const connected = driver.connect();
      detach();
      await connected;
      expect(second.eventNames()).toEqual([]);
    });

    it('does not mind a driver that cannot connect, nor a pool without events', async () => {
      const { driver, observer } = attached({ master: {} }, () => Promise.reject(error));
      await expect(driver.connect()).rejects.toThrow(error);
      expect(observer.probeFailed).not.toHaveBeenCalled();
    });
  });

  describe('on pools of mysql2', () => {
    it('reports a release and passes it on, until it is detached', () => {
      const released = jest.fn();
      const pools = Array.from({ length: 3 }, () => ({ releaseConnection: released }));
      const [pool, primary, replica] = pools;
      const { completion, detach } = attached({
        pool,
        poolCluster: { _nodes: { MASTER: { pool: primary }, SLAVE0: { pool: replica } } },
      });
      const connections = pools.map((one) => {
        const connection = {};
        one.releaseConnection(connection);
        return connection;
      });
      expect(released.mock.calls).toEqual(connections.map((connection) => [connection]));
      expect(completion.connectionReleased).toHaveBeenCalledTimes(3);
      detach();
      pool!.releaseConnection({});
      expect(released).toHaveBeenCalledTimes(4);
      expect(completion.connectionReleased).toHaveBeenCalledTimes(3);
    });
  });

  it('counts its own errors and passes none on', () => {
    const master = new EventEmitter();
    const { observer, completion } = attached({ master });
    completion.connectionReleased.mockImplementation(() => {
      throw new Error('sabotage');
    });
    observer.connectionLost.mockImplementation(() => {
      throw new Error('sabotage');
    });
    master.emit('release', error, { _queryable: false });
    expect(observer.probeFailed.mock.calls.map(([part]: unknown[]) => part)).toEqual([
      'transaction_probe',
      'pool_probe',
    ]);
  });
});
