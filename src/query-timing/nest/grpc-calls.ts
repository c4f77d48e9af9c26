import type { EventEmitter } from 'node:events';
import { replaceMethod } from '../probes/method-replacement';
import type { Scope } from '../scopes/scope';
import { scopeStore } from '../scopes/scope-store';
import type { AnyFunction } from './handlers';
import { endUnit } from './unit-of-work';

/** What the decorators of @nestjs/microservices for gRPC make the pattern of a handler. */
interface GrpcPattern {
  readonly service: string;
  readonly rpc: string;
  readonly streaming: string;
}

/** The request is a stream, whose messages the handler receives as an Observable. */
const MESSAGES_AS_OBSERVABLE = 'rx_stream';
/** The handler receives the call itself, and responds whenever it likes. */
const PASSED_THROUGH = 'pt_stream';

/** The pattern of a handler of gRPC; undefined for that of another transport. */
export function grpcPatternOf(pattern: unknown): GrpcPattern | undefined {
  if (typeof pattern !== 'object' || pattern === null) return undefined;
  const { service, rpc, streaming } = pattern as Partial<Record<string, unknown>>;
  const isGrpc = typeof service === 'string' && typeof rpc === 'string' && typeof streaming === 'string';
  return isGrpc ? { service, rpc, streaming } : undefined;
}

/** The unit ends with the call instead of with its handler. */
export const endsWithCall = (pattern: GrpcPattern | undefined): boolean => pattern?.streaming === PASSED_THROUGH;

/**
 * The messages of a request that is a stream arrive in the context of the connection: what handles them runs in the scope
 * instead. A call that its handler ends ends the unit.
 *
 * @returns the arguments for the handler
 */
export function callIn(scope: Scope, pattern: GrpcPattern | undefined, args: readonly unknown[]): readonly unknown[] {
  if (pattern?.streaming === MESSAGES_AS_OBSERVABLE) emitIn(scope, args[2] as EventEmitter);
  if (pattern?.streaming !== PASSED_THROUGH) return args;
  const [call, respond] = args as [EventEmitter, AnyFunction | undefined];
  emitIn(scope, call);
  const end = (): void => endUnit(scope);
  // The last response has been written; the client has cancelled the call.
  call.once('finish', end).once('close', end);
  if (respond === undefined) return args;
  const responding: AnyFunction = (...response) => {
    try {
      return respond(...(response as readonly unknown[]));
    } finally {
      end();
    }
  };
  return [call, responding];
}

function emitIn(scope: Scope, call: EventEmitter): void {
  replaceMethod(
    call,
    'emit',
    (emit) =>
      (...args) =>
        scopeStore.run(scope, () => emit.apply(call, args)),
  );
}
