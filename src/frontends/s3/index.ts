/** S3: the tree as a bucket, for TensorBoard with boto3 and for every other client of S3. @module */

export type { S3Access, S3Account } from './access.ts';
export { createS3, type S3Options } from './door.ts';
export { DEFAULT_BUCKET as S3_BUCKET } from './protocol/address.ts';
