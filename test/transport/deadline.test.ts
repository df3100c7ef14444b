// Deadlines: what they wait for, what they say, and that a first byte ends the patience with
// silence.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Deadline, FIRST_BYTE, startDeadline, TURN } from '../../src/transport/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const PATIENCE = { timeoutMs: 60_000, firstByteMs: 10_000 };
const start = (patience = PATIENCE, signals: AbortSignal[] = []) => startDeadline('hap-a', patience, signals);
const reason = ({ signal }: Deadline) => (signal.aborted ? signal.reason.message : null);

describe('a deadline', () => {
  test('says for what nothing came, each wait having its own patience', () => {
    const deadline = start();
    deadline.awaits({ what: 'the agent', remedy: 'Unlock it.' });
    vi.advanceTimersByTime(9_000);
    deadline.awaits(FIRST_BYTE);
    vi.advanceTimersByTime(9_000);
    expect(reason(deadline)).toBeNull();
    vi.advanceTimersByTime(1_000);
    expect(reason(deadline)).toBe("hap-a: waited 10 s for the first byte of HAProxy's answer.");
    expect(deadline.signal.reason.remedy).toContain('collect.firstByte');
  });

  test('has no limit for silence once the answer has begun, and then says how far it came', () => {
    const deadline = start();
    deadline.awaits(FIRST_BYTE);
    deadline.received(3_000_000);
    vi.advanceTimersByTime(59_000);
    deadline.received(500_000);
    expect(reason(deadline)).toBeNull();
    vi.advanceTimersByTime(1_000);
    expect(reason(deadline)).toBe('hap-a did not finish its answer within 60 s; 3.50 MB had come.');
    expect(deadline.signal.reason.remedy).toContain('collect.timeout');
  });

  test('waits for its turn as long as the whole may take', () => {
    const deadline = start();
    deadline.queues(TURN);
    vi.advanceTimersByTime(59_999);
    expect(reason(deadline)).toBeNull();
    vi.advanceTimersByTime(1);
    expect(reason(deadline)).toBe('hap-a: waited 60 s for an earlier question to the same proxy.');
  });

  test('ends with its caller: interrupted', () => {
    const caller = new AbortController();
    const deadline = start(PATIENCE, [caller.signal]);
    caller.abort();
    expect(deadline.signal.reason.code).toBe('interrupted');
  });

  test('leaves no timer behind once it is released', () => {
    const deadline = start();
    deadline.awaits(FIRST_BYTE);
    deadline.release();
    expect(vi.getTimerCount()).toBe(0);
  });
});
