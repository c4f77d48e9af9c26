import { setFlagsFromString } from 'node:v8';

/**
 * V8 puts called functions into their caller until it holds so many bytes of bytecode, 920 by default, and leaves a larger one
 * than 460 where it is. A request goes through many small functions of many packages, one in the other. What the three
 * limits bring and cost: docs/adr/ADR-003-fastify.md.
 */
setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000');
setFlagsFromString('--max-inlined-bytecode-size=920');

/**
 * Where an access has met more than four shapes of objects, V8 looks each up in a table it shares with all of the process.
 * Sockets, streams and answers come in a few shapes more.
 */
setFlagsFromString('--max-valid-polymorphic-map-count=16');
