#!/usr/bin/env bash
# One would expect: ParseIntPipe and ParseDatePipe give the handler the value that is in the request, or respond 400.
# Behaviour: ParseIntPipe takes each text of digits and rounds it to a double: /orders/9007199254740993 reaches the handler as
#   9007199254740992, the id of another row. ParseDatePipe takes whatever `new Date(text)` takes: `since=version 7` is the
#   first of July 2001, and 2026-1-5 is local midnight while 2026-01-05 is midnight in UTC, another day east of Greenwich.
# Who is hurt: services with bigint or snowflake ids, where a look-up, a change or a deletion meets the neighbour; and filters
#   whose wrong input returns a wrong page instead of an error.
# Versions: @nestjs/common and core 12.5.1, platform-fastify 12.5.0. Seen on 2026-11-30, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nestjs/common@12.5.1 @nestjs/core@12.5.1 @nestjs/platform-fastify@12.5.0 \
  reflect-metadata@0.2.2 rxjs@7.8.2
cat >main.mjs <<'JS'
import 'reflect-metadata';
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { Controller, Get, Module, Param, ParseDatePipe, ParseIntPipe, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
class Orders {
  byId(id) {
    return { seen: String(id) };
  }
  list(since) {
    return { seen: since.toISOString() };
  }
}
// What the decorators do, without a compiler.
const decorate = (name, path, parameter) => {
  parameter(Orders.prototype, name, 0);
  Get(path)(Orders.prototype, name, Object.getOwnPropertyDescriptor(Orders.prototype, name));
};
decorate('byId', ':id', Param('id', ParseIntPipe));
decorate('list', '', Query('since', ParseDatePipe));
Controller('orders')(Orders);
class App {}
Module({ controllers: [Orders] })(App);
const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
const get = async (path) => {
  const response = await fetch(`${await app.getUrl()}/${path}`);
  return response.ok ? (await response.json()).seen : String(response.status);
};
const paths = ['orders/9007199254740993', 'orders/7x', 'orders?since=version%207', 'orders?since=2026-1-5', 'orders?since=2026-01-05', 'orders?since=2026-02-30'];
const seen = {};
for (const path of paths) seen[path] = await get(path);
console.log('@nestjs/common', JSON.parse(readFileSync('node_modules/@nestjs/common/package.json', 'utf8')).version, seen);
await app.close();
assert.deepStrictEqual(Object.values(seen), [
  '9007199254740992',
  '400',
  '2001-06-30T22:00:00.000Z',
  '2026-01-04T23:00:00.000Z',
  '2026-01-05T00:00:00.000Z',
  '400',
]);
JS
TZ=Europe/Berlin node main.mjs
