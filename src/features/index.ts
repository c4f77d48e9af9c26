import type { Feature } from './feature';
import { ordering } from './ordering';

/** Everything that the service does for its users. */
export const features: readonly Feature[] = [ordering];
