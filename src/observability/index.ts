/** How the program tells what it is doing: the log and the metrics. @module */

export { ACCESS_LOG_MODES, AccessLog, type AccessLogMode } from './access-log.ts';
export {
  createLogger,
  LOG_FORMATS,
  LOG_LEVELS,
  type LogFormat,
  type Logger,
  type LoggerOptions,
  type LogLevel,
  setLogLevel,
  silentLogger,
} from './logger.ts';
export { metricsReference } from './metric-reference.ts';
export {
  type CounterName,
  type GaugeName,
  type HistogramName,
  METRICS,
  type MetricDefinition,
  type MetricName,
} from './metric-table.ts';
export {
  createMetrics,
  METRIC_PREFIX,
  type MetricLabels,
  type Metrics,
  type MetricsOptions,
  silentMetrics,
} from './metrics.ts';
