import { describePostgresOracle } from './postgres-oracle';

describePostgresOracle({ pipelining: false });
