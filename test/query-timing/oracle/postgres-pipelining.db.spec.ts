import { describePostgresOracle } from './postgres-oracle';

describe('with the pipelining of pg', () => describePostgresOracle({ pipelining: true }));
