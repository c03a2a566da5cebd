/** Requests to W&B: by GraphQL to the API, and to the storage that signed addresses point at. @module */

export { ServerFeatures } from '../graphql/server-features.ts';
export { ApiClient, type ApiClientOptions, type RequestOptions, type ServerReport } from './api-client.ts';
export { type ApiKey, appUrl, type FindApiKey, keyAdvice } from './api-key.ts';
export type { NetworkOptions } from './http-agents.ts';
export { RequestBudget, type Urgency } from './request-budget.ts';
export { LISTING_RETRIES, type Patience, USUAL_PATIENCE } from './retry-policy.ts';
export { StorageClient, UrlExpired } from './storage-client.ts';
