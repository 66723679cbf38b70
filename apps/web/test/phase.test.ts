import type { TranscriptionState } from '@live-transcribe/client';
import { expect, it } from 'vitest';
import { type Phase, phaseAfter } from '../src/live/phase.ts';

/** Where each state of a session leads from each phase; of those left out, nowhere. */
const table: Readonly<Record<Phase, Partial<Record<TranscriptionState, Phase>>>> = {
  idle: { live: 'listening', reconnecting: 'reconnecting', stopping: 'finishing' },
  asking: { live: 'listening', reconnecting: 'reconnecting', stopping: 'finishing' },
  connecting: { live: 'listening', reconnecting: 'reconnecting', stopping: 'finishing' },
  listening: { live: 'listening', reconnecting: 'reconnecting', stopping: 'finishing' },
  paused: { live: 'listening', reconnecting: 'reconnecting', stopping: 'finishing' },
  reconnecting: { live: 'listening', reconnecting: 'reconnecting', stopping: 'finishing' },
  finishing: { live: 'listening', reconnecting: 'finishing', stopping: 'finishing' },
};
const states: readonly TranscriptionState[] = [
  'idle',
  'connecting',
  'live',
  'reconnecting',
  'stopping',
  'ended',
  'failed',
];
const cases = (Object.keys(table) as Phase[]).flatMap((phase) => states.map((state) => [phase, state] as const));

it.each(cases)('%s, then %s', (phase, state) => {
  expect(phaseAfter(phase, state, false)).toBe(table[phase][state] ?? phase);
});

it('a session that is paused stays so when its connection comes back', () => {
  expect(phaseAfter('reconnecting', 'live', true)).toBe('paused');
});
