import { DataSource } from 'typeorm';
import { ENTITIES, testRepetitions } from './repetitions';

describe('repeated statements on sql.js', () => {
  testRepetitions('sql.js', () => Promise.resolve(new DataSource({ type: 'sqljs', ...ENTITIES })));
});
