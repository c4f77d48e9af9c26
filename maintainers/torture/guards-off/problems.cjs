// What cannot be parsed as HTTP gets Node's own response.
const { replaceInService } = require('./in-service.cjs');

replaceInService('infrastructure/http/unparsable-request.js', {
  rejectUnparsableRequest: (/** @type {Error} */ _error, /** @type {import('node:net').Socket} */ socket) =>
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
});
