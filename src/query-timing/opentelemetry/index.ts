export { QueryTimingMetricProducer, type QueryTimingMetricProducerOptions } from './metric-producer';
export type { TemporalitySelector } from './metric-data';
