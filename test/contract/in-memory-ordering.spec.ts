import { InMemoryOrdering } from '../support/in-memory-ordering';
import { describeOrderingContract } from './ordering.contract';

describeOrderingContract('in memory', () => {
  const unitOfWork = new InMemoryOrdering();
  return Promise.resolve({ unitOfWork, published: () => Promise.resolve(unitOfWork.published) });
});
