import { FaultyNetwork } from '../../../test/support/faulty-network';
import type { TokenIssuer } from '../../../test/support/token-issuer';
import { BUYER, READER, type Fixture } from '../../bench/http/scenarios';
import type { Stage } from '../figure';
import { HttpClient, requestText } from './http-client';
import { Postgres } from './postgres';
import { Service, startIssuer, tokenOf } from './service';

/** A service with its database, its issuer, and a client. */
export interface RunningShop {
  readonly postgres: Postgres;
  readonly shop: Fixture;
  /** Between the service and its database. */
  readonly network: FaultyNetwork;
  readonly issuer: TokenIssuer;
  readonly service: Service;
  readonly client: HttpClient;
  readonly buyer: string;
  /** A request that reads an order. */
  readonly read: string;
}

export interface ShopOptions {
  /** Of the service. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly preload?: readonly string[];
  /** Of PostgreSQL. */
  readonly server?: Readonly<Record<string, string>>;
}

export async function startShop(stage: Stage, options: ShopOptions = {}): Promise<RunningShop> {
  const { settings, preload, server } = options;
  const postgres = await Postgres.startWithShop(stage, server);
  const network = await FaultyNetwork.before(postgres.url);
  stage.undo.add(() => network.close());
  const issuer = await startIssuer(stage);
  const service = await Service.start(stage, { databaseUrl: network.url, issuer, settings, preload });
  const client = new HttpClient();
  stage.undo.add(() => client.close());
  const path = `/api/v1/orders/${postgres.shop.orderIds[0]}`;
  const read = requestText({ method: 'GET', path, token: await tokenOf(issuer, READER) });
  return { postgres, shop: postgres.shop, network, issuer, service, client, buyer: await tokenOf(issuer, BUYER), read };
}

/** The value at this share of the sorted values, such as 0.99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
