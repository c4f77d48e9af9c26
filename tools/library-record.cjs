const { createHash } = require('node:crypto');
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** The library and its tests. */
const FOLDERS = ['src/query-timing', 'test/query-timing'];
/** What is made of them. */
const MADE = new Set(['dist', 'node_modules']);

/**
 * @typedef {object} Manifest
 * @property {{ readonly library?: string }} [template] of a service that was made from the template
 * @property {Readonly<Record<string, string>>} [peerDependencies]
 */

/** @param {string} root @param {string} path */
const json = (root, path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]} paths from the root, sorted
 */
function filesIn(root, folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .filter(({ name }) => !MADE.has(name))
    .flatMap((entry) => (entry.isDirectory() ? filesIn(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
    .sort();
}

/** @param {string} root @returns {string[]} the versions of the packages that the library is used with */
function versionsBeside(root) {
  /** @type {Manifest} */
  const { peerDependencies = {} } = json(root, `${FOLDERS[0]}/package.json`);
  const { packages } = json(root, 'package-lock.json');
  return Object.keys(peerDependencies).map((name) => `${name} ${packages[`node_modules/${name}`]?.version}`);
}

/**
 * A hash of the library, of its tests and of the versions beside it.
 * @param {string} root of the checkout
 */
function libraryHash(root) {
  const hash = createHash('sha256');
  for (const path of FOLDERS.flatMap((folder) => filesIn(root, folder))) {
    hash.update(
      `${path} ${createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex')}\n`,
    );
  }
  return hash.update(versionsBeside(root).join('\n')).digest('hex').slice(0, 32);
}

/**
 * Whether the library is as it came from the template, where its tests have passed. Never in the template.
 * @param {string} root of the checkout
 * @returns {boolean}
 */
function isLibraryOfTheTemplate(root) {
  /** @type {Manifest} */
  const { template } = json(root, 'package.json');
  if (template?.library === undefined) return false;
  try {
    return template.library === libraryHash(root);
  } catch {
    // It was moved, or another package manager has another lock file.
    return false;
  }
}

module.exports = { libraryHash, isLibraryOfTheTemplate };
