/** The name of the service in its database sessions, its tokens (`aud`), Prometheus and Kubernetes. */
export const SERVICE_NAME = 'ordering';
