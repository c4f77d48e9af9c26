const managementRoutes = /^\/(?:health|metrics|query-timing)(?:[/?]|$)/;

/** Health checks, metrics and the page of the query timing. @param url a route, or the URL of a request */
export const isManagementRoute = (url: string | undefined): boolean => managementRoutes.test(url ?? '');
