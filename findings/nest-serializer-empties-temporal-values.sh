#!/usr/bin/env bash
# One would expect: ClassSerializerInterceptor of Nest leaves a Temporal value, which Node 26 has without a flag, to its toJSON(), as
#   it does with a Date: the response has "due":"2026-12-24".
# Behaviour: class-transformer copies the own properties of each object that it does not know. A Temporal value has none, so that
#   the response has "due":{} with status 200 and no error or warning, with or without @Expose(). Without the interceptor the same
#   handler responds with the text. A URL becomes {} as well.
# Who is hurt: APIs that move from Date to Temporal and serialise by class (@Exclude, @Expose): all dates are gone from the
#   responses. What is built by `instanceToPlain()` for a cache, a queue or an event has lost them for good.
# Versions: @nestjs/common and core 12.5.1, class-transformer 0.5.1. Seen on 2026-12-01 by Node 26.10.0, which the script installs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund node@26.10.0 @nestjs/common@12.5.1 @nestjs/core@12.5.1 \
  @nestjs/platform-fastify@12.5.0 class-transformer@0.5.1 reflect-metadata@0.2.2 rxjs@7.8.2
cat >main.mjs <<'JS'
import 'reflect-metadata';
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { ClassSerializerInterceptor, Controller, Get, Module } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Expose } from 'class-transformer';
class Invoice {
  created = new Date('2026-12-01T10:00:00Z');
  due = Temporal.PlainDate.from('2026-12-24');
  exposed = Temporal.PlainDate.from('2026-12-24');
  paid = Temporal.Instant.from('2026-12-01T10:00:00Z');
  reminders = [Temporal.Duration.from('P7D')];
  link = new URL('http://localhost/1');
}
Expose()(Invoice.prototype, 'exposed');
class Invoices {
  get() {
    return new Invoice();
  }
}
// What the decorators do, without a compiler.
Get()(Invoices.prototype, 'get', Object.getOwnPropertyDescriptor(Invoices.prototype, 'get'));
Controller('invoice')(Invoices);
class App {}
Module({ controllers: [Invoices] })(App);
async function respond(serialise) {
  const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
  if (serialise) app.useGlobalInterceptors(new ClassSerializerInterceptor(app.get(Reflector)));
  await app.listen(0, '127.0.0.1');
  const response = await fetch(`${await app.getUrl()}/invoice`);
  const seen = { status: response.status, ...(await response.json()) };
  await app.close();
  return seen;
}
const [plain, serialised] = [await respond(false), await respond(true)];
const versionOf = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version}`;
console.log(versionOf('@nestjs/common'), versionOf('class-transformer'), 'Node', process.version, { plain, serialised });
const same = { status: 200, created: '2026-12-01T10:00:00.000Z' };
assert.deepStrictEqual(plain, {
  ...same,
  due: '2026-12-24',
  exposed: '2026-12-24',
  paid: '2026-12-01T10:00:00Z',
  reminders: ['P7D'],
  link: 'http://localhost/1',
});
assert.deepStrictEqual(serialised, { ...same, due: {}, exposed: {}, paid: {}, reminders: [{}], link: {} });
JS
node_modules/.bin/node main.mjs
