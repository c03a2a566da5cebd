/** Records that a run writes once or seldom, decoded by protobufjs. @module */

export { decodeMetadata, unixSeconds } from './metadata-records.ts';
