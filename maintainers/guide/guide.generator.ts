export { guidePages as generate } from './guide-pages';
