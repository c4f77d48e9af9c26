/** What a server on a developer's machine needs; durability stays as PostgreSQL has it. */
const defaults: Readonly<Record<string, string>> = {
  max_connections: '100',
  shared_preload_libraries: 'pg_stat_statements',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** These keep the server private to this machine and findable, so no caller changes them. */
const fixed = (port: number): Readonly<Record<string, string>> => ({
  listen_addresses: '127.0.0.1',
  port: String(port),
  unix_socket_directories: '',
  // The log is the file that the server inherits as its standard error.
  logging_collector: 'off',
});

/** The settings as command line arguments: they hold for this run, and nothing of an older run lingers in a file. */
export function settingArguments(settings: Readonly<Record<string, string>>, port: number): string[] {
  const all = { ...defaults, ...settings, ...fixed(port) };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Whether the caller wants data on the disk before it counts as written. */
export const wantsSync = (settings: Readonly<Record<string, string>>): boolean => settings['fsync'] !== 'off';
