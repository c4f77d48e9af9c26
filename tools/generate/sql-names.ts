/** Longer names are cut by PostgreSQL, and then the entities and the migrations describe different schemas. */
export const MAX_SQL_NAME = 63;

/** The words of `pg_get_keywords()` that cannot name a column or a table without quotation marks. */
const reserved = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation ' +
    'column concurrently constraint create cross current_catalog current_date current_role current_schema current_time ' +
    'current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze ' +
    'from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit ' +
    'localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references ' +
    'returning right select session_user similar some symmetric system_user table tablesample then to trailing true ' +
    'union unique user using variadic verbose when where window with'
  ).split(' '),
);

/** As a statement writes the name. */
export const quoted = (name: string): string => (reserved.has(name) ? `"${name}"` : name);

/** `dueOn` and `payment-method` as `due_on` and `payment_method`. */
export const snake = (name: string): string =>
  name.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
