/** Requests to W&B: by GraphQL to the API, and to the storage that signed addresses point at. @module */

export { ApiClient, type RequestOptions, type ServerReport } from './api-client.ts';
export { type ApiKey, appUrl, type FindApiKey, type KeyPurpose, keyAdvice } from './api-key.ts';
export type { NetworkOptions } from './network-options.ts';
export { MAX_SAMPLES, PageLimits } from './page-limits.ts';
export { RequestBudget } from './request-budget.ts';
export { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry-policy.ts';
export { StorageClient, UrlExpired } from './storage-client.ts';
