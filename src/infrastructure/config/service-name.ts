/** The one name under which the service is known: to its database, its token issuer, Prometheus and Kubernetes. */
export const SERVICE_NAME = 'ordering';
