/** When the thread that answers the kernel stays awake for the next request, and when it goes to sleep. */

import { describe, expect, it } from 'vitest';
import { WakefulLoop } from '../../../src/frontends/fuse/transport/wakeful-loop.ts';

const SOON_MS = 0.02;
const LATE_MS = 0.2;

/** A loop of our own: time passes when we say so, and a turn takes 10 µs. */
function start() {
  let nowMs = 0;
  let next: (() => void) | undefined;
  const loop = new WakefulLoop({
    now: () => nowMs,
    afterLook: (act) => {
      next = act;
    },
  });
  return {
    get isAwake(): boolean {
      return next !== undefined;
    },
    /** A request comes so long after the answer before, and is answered; the loop turns meanwhile while it is awake. */
    request(afterMs: number): void {
      const untilMs = nowMs + afterMs;
      for (; next !== undefined && nowMs + 0.01 <= untilMs; nowMs += 0.01) this.turn();
      nowMs = untilMs;
      loop.requestArrived();
      loop.answered();
    },
    turn(): void {
      const act = next;
      next = undefined;
      act?.();
    },
    /** Requests until it is awake again, one soon after the other. */
    untilAwake(): number {
      for (let count = 0; ; count++) {
        if (this.isAwake) return count;
        this.request(SOON_MS);
      }
    },
  };
}

describe('the loop that waits for requests of the kernel', () => {
  it('sleeps after a request that came alone', () => {
    const subject = start();
    subject.request(LATE_MS);
    expect(subject.isAwake).toBe(false);
  });

  it('stays awake while each request comes soon after the answer before', () => {
    const subject = start();
    subject.request(LATE_MS);
    for (let i = 0; i < 100; i++) {
      subject.request(SOON_MS);
      expect(subject.isAwake).toBe(true);
    }
  });

  it('goes to sleep when no request comes', () => {
    const subject = start();
    subject.request(LATE_MS);
    subject.request(SOON_MS);
    subject.request(LATE_MS);
    expect(subject.isAwake).toBe(false);
  });

  it('tries again after some requests, after ever more of them each time it was in vain', () => {
    const subject = start();
    subject.request(LATE_MS);
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      waits.push(subject.untilAwake());
      subject.request(LATE_MS);
    }
    expect(waits).toEqual([1, 5, 9, 17, 33, 65, 129, 257, 513, 1025, 1025, 1025]);
  });

  it('forgets that it was in vain as often as it was of use many times', () => {
    const subject = start();
    subject.request(LATE_MS);
    const inVain = () => {
      const count = subject.untilAwake();
      subject.request(LATE_MS);
      return count;
    };
    for (let i = 0; i < 5; i++) inVain();
    expect(inVain()).toBe(65);
    expect(subject.untilAwake()).toBe(129);
    for (let i = 0; i < 2 * 16; i++) subject.request(SOON_MS);
    subject.request(LATE_MS);
    expect(inVain()).toBe(65);
  });
});
