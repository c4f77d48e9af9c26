import { InMemoryOrdering } from '../support/in-memory-ordering';
import { describeOrderingContract } from './ordering.contract';

describeOrderingContract('in memory', () => Promise.resolve(new InMemoryOrdering()));
