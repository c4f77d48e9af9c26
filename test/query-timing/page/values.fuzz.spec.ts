import { expectNoValues } from './support/page-fuzz';

/** `npm run -w maintainers browser` sends 100,000. */
const STATEMENTS = 3_000;

it('never has anything that a user typed, whatever the statements are', () => expectNoValues(STATEMENTS), 600_000);
