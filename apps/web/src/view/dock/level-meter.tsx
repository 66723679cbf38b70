import type { Level } from '@live-transcribe/client';
import { type ReadonlySignal, useComputed, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useWords, type Words } from '../../words/index.ts';

/** The scale's left end in decibels below full scale: a quiet room. Speech is near the middle. */
const floorDb = -60;
const clipping = 0.98;
/** Fine enough to be told, coarse enough not to change the page at every chunk. */
const tellSteps = 10;

export function LevelMeter({ level }: { readonly level: ReadonlySignal<Level> }) {
  const { source } = useWords();
  const bar = useRef<HTMLDivElement>(null);
  const told = useComputed(() => Math.round(shareOf(level.value.rms) * tellSteps) * (100 / tellSteps));
  const tooLoud = useComputed(() => level.value.peak >= clipping);
  // Fifty times a second: past the rendering, straight to the compositor.
  useSignalEffect(() => {
    bar.current?.style.setProperty('transform', `scaleX(${shareOf(level.value.rms).toFixed(3)})`);
  });
  return (
    <div
      class="level"
      role="meter"
      aria-label={source.level}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={told}
      aria-valuetext={useComputed(() => describe(told.value, tooLoud.value, source.levels))}
      data-too-loud={tooLoud}
    >
      <div ref={bar} class="bar" />
    </div>
  );
}

function shareOf(rms: number): number {
  const db = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.min(1, Math.max(0, 1 - db / floorDb));
}

function describe(share: number, tooLoud: boolean, levels: Words['source']['levels']): string {
  if (tooLoud) return levels.loud;
  if (share === 0) return levels.silent;
  return share < 40 ? levels.quiet : levels.good;
}
