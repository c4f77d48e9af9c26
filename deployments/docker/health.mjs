// The container's health check: exits with 0 if the service is ready.
const port = process.env.MANAGEMENT_PORT || process.env.PORT || '3000';
const response = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(2_500) }).catch(
  (error) => ({ ok: false, status: error.cause?.code ?? error.name }),
);
if (!response.ok) console.error(`not ready: ${response.status}`);
process.exit(response.ok ? 0 : 1);
