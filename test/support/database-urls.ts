export const SERVICE_ROLE = 'service_under_test';
export const TEMPLATE_DATABASE = 'service_template';

/** The URL of a database of the test server, for the service's role or for the superuser. */
export function urlFor(database: string, role: 'service' | 'admin' = 'service'): string {
  const { TEST_DATABASE_URL, TEST_SERVICE_PASSWORD } = process.env;
  if (!TEST_DATABASE_URL) throw new Error('No test server: is globalSetup missing in this Jest project?');
  const url = new URL(TEST_DATABASE_URL);
  url.pathname = `/${database}`;
  if (role === 'service') {
    url.username = SERVICE_ROLE;
    url.password = TEST_SERVICE_PASSWORD ?? '';
  }
  return url.href;
}
