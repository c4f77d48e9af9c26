export { generatedFiles as generate } from './generated-files';
