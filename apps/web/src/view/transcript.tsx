import type { Segment } from '@live-transcribe/client';
import { clockTime } from '../clock-time.ts';

/** So many finals stand in the announced log: more than come between two readings of a screen reader. */
const announced = 4;

export function Transcript({ segments }: { readonly segments: readonly Segment[] }) {
  const finals = segments.filter(({ state }) => state === 'final').slice(-announced);
  return (
    <>
      {segments.length === 0 && <Invitation />}
      <ol class="transcript" aria-label="Transcript">
        {segments.map(({ index, start, state, text }) => (
          <li key={index} data-state={state}>
            <span class="time">{clockTime(start)}</span>
            <p>{text}</p>
          </li>
        ))}
      </ol>
      {/* Apart from the list, since a partial that is announced at every change can be understood by nobody. */}
      <div class="for-screen-readers" role="log" aria-label="Newest words">
        {finals.map(({ index, text }) => (
          <p key={index}>{text}</p>
        ))}
      </div>
    </>
  );
}

const Invitation = () => (
  <div class="invitation">
    <p>Speak, and read your words here.</p>
    <p>
      Press <b>Start</b>
      <span class="by-key">
        {' '}
        or the <kbd>Space</kbd> bar
      </span>
      . The same again stops.
    </p>
  </div>
);
