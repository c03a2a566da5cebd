/** Points of a series in memory: how they grow, which of them a later one takes back, and which are shown. Pure. @module */

export { downsample, type StepPoint, ThinnedList } from './downsample.ts';
export { onePoint, PointBuffer, type ScalarPoints } from './point-buffer.ts';
