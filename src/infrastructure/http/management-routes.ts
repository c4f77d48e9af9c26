const managementRoutes = /^\/(?:health|metrics)(?:[/?]|$)/;

/** Health checks and metrics. @param url a route, or the URL of a request */
export const isManagementRoute = (url: string | undefined): boolean => managementRoutes.test(url ?? '');
