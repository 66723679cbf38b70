import { effect, type ReadonlySignal } from '@preact/signals';
import { type Preferences, textSizes } from './preferences.ts';
import type { Reading } from './transcript/reading.ts';

export interface AppearanceOptions {
  readonly chosen: ReadonlySignal<Preferences>;
  /** Whose rows take other heights with another size of text. */
  readonly shown: ReadonlySignal<Reading>;
}

/** Tells the styles what a person has chosen of the look. Lives as long as the page. */
export function followAppearance({ chosen, shown }: AppearanceOptions): void {
  effect(() => {
    const { textSize, highContrast, theme } = chosen.value;
    const { dataset, style } = document.documentElement;
    dataset['theme'] = theme;
    dataset['contrast'] = highContrast ? 'high' : 'normal';
    const resize = () => style.setProperty('--text-scale', String(textSizes[textSize]));
    shown.peek().scroller.restyle(resize);
  });
}
