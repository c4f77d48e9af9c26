// Errors are logged with all that they carry, as pino does by itself.
const module_ = require('pino');

const { pino } = module_;
Object.assign(module_, {
  pino: Object.assign(
    (/** @type {import('pino').LoggerOptions} */ options, /** @type {import('pino').DestinationStream} */ output) =>
      pino({ ...options, formatters: {}, serializers: { err: pino.stdSerializers.errWithCause } }, output),
    pino,
  ),
});
