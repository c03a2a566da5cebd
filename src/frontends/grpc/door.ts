/** What the gRPC door is made of, and what it gives. @module */

import type { AccessLogMode, Logger, Metrics } from '../../observability/index.ts';
import type { DataProvider } from '../../series/index.ts';

export interface GrpcFrontendOptions {
  readonly provider: DataProvider;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly accessLog?: () => AccessLogMode;
}

export interface GrpcListenOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM files; null: without encryption, as TensorBoard asks on loopback. */
  readonly tls: GrpcTls | null;
}

export interface GrpcTls {
  readonly certFile: string;
  readonly keyFile: string;
  /** Certificates of those who sign certificates of clients, which clients then must have; null: anybody may ask. */
  readonly clientCaFile: string | null;
}

export interface GrpcServer extends AsyncDisposable {
  readonly port: number;
  /** For `tensorboard --grpc_data_provider`, on this machine. */
  readonly address: string;
  /** Whether it listens on more than loopback. */
  readonly isPublic: boolean;
  readonly isEncrypted: boolean;
  /** Whether clients need a certificate. */
  readonly asksForCertificates: boolean;
}

export interface GrpcFrontend {
  /** @throws LogdirError `unavailable` when the port is taken, `invalid-argument` for files that are no keys. */
  listen(options: GrpcListenOptions): Promise<GrpcServer>;
}
