#!/usr/bin/env bash
# One would expect: ThrottlerGuard counts the requests of each route by itself: a client that reads shop/orders uses up nothing of
#   its limit for warehouse/orders. (Two controllers with other names behave so.)
# Behaviour: the key of the counter is made of the NAMES of class and handler, and of the client's address. Two controllers in two
#   modules or versions that are both called OrdersController, with a `list` each, have one counter. It meets each limit: five
#   reads of the one, whose limit is 100, and the first request to the other, whose limit is 3, is refused with 429.
# Who is hurt: modular applications and API versions, where equal names are the rule: clients are refused on routes that they have
#   never called, as soon as they use another one as much as they may.
# Versions: @nestjs/throttler 6.7.1, @nestjs/common and core 12.5.1, platform-fastify 12.5.0. Seen on 2026-11-30, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nestjs/common@12.5.1 @nestjs/core@12.5.1 @nestjs/platform-fastify@12.5.0 \
  @nestjs/throttler@6.7.1 reflect-metadata@0.2.2 rxjs@7.8.2
cat >main.mjs <<'JS'
import 'reflect-metadata';
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Throttle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
/** What the decorators do, without a compiler. */
function route(path, controller, limit) {
  const handler = Object.getOwnPropertyDescriptor(controller.prototype, 'list');
  Get()(controller.prototype, 'list', handler);
  Throttle({ default: { limit, ttl: 60_000 } })(controller.prototype, 'list', handler);
  Controller(path)(controller);
  return controller;
}
// Each class would be in a file of its module.
const shop = () => class OrdersController { list() { return 'shop'; } };
const warehouse = () => class OrdersController { list() { return 'warehouse'; } };
const renamed = () => class WarehouseOrdersController { list() { return 'warehouse'; } };
/** The statuses of five requests to the shop, and of the first to the warehouse. */
async function statuses(...controllers) {
  class App {}
  const throttler = ThrottlerModule.forRoot([{ limit: 100, ttl: 60_000 }]);
  Module({ imports: [throttler], controllers, providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }] })(App);
  const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  const seen = [];
  for (const path of [...Array(5).fill('shop/orders'), 'warehouse/orders']) {
    const response = await fetch(`${await app.getUrl()}/${path}`);
    seen.push([path, response.status].join(' '));
    await response.text();
  }
  await app.close();
  return seen;
}
const sameName = await statuses(route('shop/orders', shop(), 100), route('warehouse/orders', warehouse(), 3));
const otherName = await statuses(route('shop/orders', shop(), 100), route('warehouse/orders', renamed(), 3));
const { version } = JSON.parse(readFileSync('node_modules/@nestjs/throttler/package.json', 'utf8'));
console.log('@nestjs/throttler', version, { sameName, otherName });
const shopIsFine = Array(5).fill('shop/orders 200');
assert.deepStrictEqual(sameName, [...shopIsFine, 'warehouse/orders 429']);
assert.deepStrictEqual(otherName, [...shopIsFine, 'warehouse/orders 200']);
JS
node main.mjs
