const { join } = require('node:path');

const fileOf = (/** @type {string} */ path) => require.resolve(join(__dirname, '../../../dist', path));

/**
 * A module of the built service.
 * @param {string} path in its folder
 */
exports.inService = (path) => require(fileOf(path));

/**
 * Replaces exports of a module, for all that load it later. Assigning to them has no effect in every build: SWC makes each
 * export a getter.
 * @param {string} path in the folder of the service
 * @param {Record<string, unknown>} replacements by the names of the exports
 */
exports.replaceInService = (path, replacements) => {
  const exported = require(fileOf(path));
  const missing = Object.keys(replacements).filter((name) => !(name in exported));
  if (missing.length > 0) throw new Error(`${path} does not export ${missing.join(', ')}.`);
  const loaded = require.cache[fileOf(path)];
  if (loaded) loaded.exports = { ...exported, ...replacements };
};
