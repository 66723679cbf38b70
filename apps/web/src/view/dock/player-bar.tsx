import { useComputed } from '@preact/signals';
import { clockTime } from '../../clock-time.ts';
import type { Player } from '../../live/player.ts';
import { useWords } from '../../words/index.ts';
import { Icon } from '../icon.tsx';

export function PlayerBar({ player }: { readonly player: Player }) {
  const { player: words } = useWords();
  const playing = player.playing.value;
  // Whole seconds: what a frame changes is not worth a rendering.
  const time = useComputed(() => Math.floor(player.time.value)).value;
  const duration = player.duration.value;
  const label = playing ? words.pause : words.play;
  return (
    <section class="player" aria-label={words.label}>
      <button type="button" class="quiet" aria-label={label} title={label} onClick={() => player.toggle()}>
        <Icon name={playing ? 'pause' : 'play'} />
      </button>
      <span class="name" title={player.name}>
        {player.name}
      </span>
      <input
        type="range"
        aria-label={words.position}
        aria-valuetext={clockTime(time)}
        min={0}
        max={Math.ceil(duration)}
        value={time}
        disabled={duration === 0}
        onInput={({ currentTarget }) => player.seek(Number(currentTarget.value))}
      />
      <span class="time">
        {clockTime(time)} / {clockTime(duration)}
      </span>
    </section>
  );
}
