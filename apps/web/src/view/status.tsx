import { type ReadonlySignal, useComputed } from '@preact/signals';
import { clockTime } from '../clock-time.ts';
import type { Phase } from '../dictation.ts';

const sentences: Readonly<Record<Phase, string>> = {
  idle: 'Ready',
  asking: 'Waiting for the microphone',
  connecting: 'Connecting',
  listening: 'Listening',
  finishing: 'Finishing the last words',
};

export interface StatusProps {
  readonly phase: Phase;
  /** Seconds. */
  readonly heard: ReadonlySignal<number>;
}

export function Status({ phase, heard }: StatusProps) {
  const time = useComputed(() => clockTime(heard.value));
  return (
    <div class="status" data-phase={phase}>
      <p role="status">{sentences[phase]}</p>
      <span role="timer" aria-label="Time spoken" data-heard={useComputed(() => heard.value > 0)}>
        {time}
      </span>
    </div>
  );
}
