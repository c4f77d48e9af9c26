// For the engine's health check: exits with 0 when the service that runs beside it is ready.
const port = process.env.MANAGEMENT_PORT || process.env.PORT || '3000';
const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(2_500) }).catch(
  (error) => ({ ok: false, status: error.cause?.code ?? error.name }),
);
if (!answer.ok) console.error(`not ready: ${answer.status}`);
process.exit(answer.ok ? 0 : 1);
