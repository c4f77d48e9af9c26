/** The driver takes every other word for verify-full, and no word for no encryption. */
const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** What the driver understands as `ssl`. It takes every other word, also false, for true. */
const SWITCHES = ['true', '1', '0', 'no-verify'];

/** Parameters of libpq on which security depends, and which the driver ignores, and what to do about them. */
const ignored: Readonly<Record<string, string>> = {
  requiressl: 'use sslmode=verify-full',
  sslcrl: 'it cannot check lists of revoked certificates',
  sslcrldir: 'it cannot check lists of revoked certificates',
  require_auth: 'it cannot choose how it authenticates',
};

/**
 * What the driver would silently understand as something else, or not at all, to follow the name of the variable; empty if
 * nothing is.
 *
 * @param parameters those of a connection string
 */
export function mistakesInTlsParameters(parameters: URLSearchParams): string[] {
  const mistakes: string[] = [];
  const mode = parameters.get('sslmode');
  if (mode === '')
    mistakes.push('contains sslmode without a value, which turns encryption off: use sslmode=verify-full');
  else if (mode !== null && !MODES.includes(mode)) {
    mistakes.push(`contains sslmode=${mode}, which does not exist: use one of ${MODES.join(', ')}`);
  }
  const ssl = parameters.get('ssl');
  if (ssl !== null && !SWITCHES.includes(ssl)) {
    mistakes.push(`contains ssl=${ssl}, which the driver takes for true: use sslmode=disable or sslmode=verify-full`);
  }
  if (parameters.get('gssencmode') === 'require') {
    mistakes.push('contains gssencmode=require, which the driver ignores: use sslmode=verify-full');
  }
  for (const [name, instead] of Object.entries(ignored)) {
    if (parameters.has(name)) mistakes.push(`contains the parameter ${name}, which the driver ignores: ${instead}`);
  }
  return mistakes;
}
