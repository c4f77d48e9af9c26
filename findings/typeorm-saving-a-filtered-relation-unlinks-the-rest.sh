#!/usr/bin/env bash
# One would expect: loading an order with some of its lines (`where: { lines: { open: true } }`), changing a field of the
#   order and saving it, changes that field.
# Behaviour: the loaded lines count as all lines. save() reads the ids of the others from the database and sets their
#   foreign key to NULL, although neither the relation nor a line was touched: no order owns them afterwards.
# Who is hurt: every service that filters by a relation and saves what it found, in the same request: rows are orphaned
#   without an error (or deleted, with `orphanedRowAction: 'delete'`).
# Versions: typeorm 1.1.1, sql.js 1.16.0 (PostgreSQL 18 likewise). Seen on 2026-11-29, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 sql.js@1.16.0 reflect-metadata@0.2.2
cat >main.cjs <<'JS'
require('reflect-metadata');
const assert = require('node:assert');
const { DataSource, EntitySchema } = require('typeorm');
const id = { type: 'int', primary: true, generated: true };
const Order = new EntitySchema({
  name: 'Order',
  columns: { id, note: { type: 'text', nullable: true } },
  relations: { lines: { type: 'one-to-many', target: 'Line', inverseSide: 'order', cascade: ['insert'] } },
});
const Line = new EntitySchema({
  name: 'Line',
  columns: { id, open: { type: 'boolean' } },
  relations: { order: { type: 'many-to-one', target: 'Order', inverseSide: 'lines' } },
});
(async () => {
  const dataSource = await new DataSource({ type: 'sqljs', entities: [Order, Line], synchronize: true }).initialize();
  const orders = dataSource.getRepository(Order);
  await orders.save({ lines: [{ open: true }, { open: false }, { open: false }] });
  const order = await orders.findOneOrFail({ where: { lines: { open: true } }, relations: { lines: true } });
  order.note = 'seen';
  await orders.save(order);
  const linked = await dataSource.getRepository(Line).countBy({ order: { id: order.id } });
  const total = await dataSource.getRepository(Line).count();
  console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version, `lines: ${total}, still linked: ${linked}`);
  assert.deepStrictEqual([total, linked], [3, 1]);
})();
JS
node main.cjs
