const { join } = require('node:path');

/**
 * A module of the built service.
 * @param {string} path in its folder
 */
exports.inService = (path) => require(join(__dirname, '../../../dist', path));
