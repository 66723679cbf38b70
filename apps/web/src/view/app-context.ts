import type { Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Navigation } from '../address.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { GatewayWatch } from '../gateway/gateway-watch.ts';
import type { Dictation } from '../live/dictation.ts';
import type { PreferenceStore } from '../preferences.ts';
import type { Reading } from '../transcript/reading.ts';

/** What every part of the page may use; made once, in `main.tsx`. */
export interface App {
  readonly gateway: Gateway;
  readonly server: GatewayWatch;
  readonly navigation: Navigation;
  readonly preferences: PreferenceStore;
  readonly dictation: Dictation;
  /** The person's own transcript. */
  readonly own: Reading;
  /** The transcript that is in view: one's own, one that is followed, or one of the history. */
  readonly shown: Signal<Reading>;
  /** What is open above the page. */
  readonly settings: Signal<boolean>;
  readonly help: Signal<boolean>;
  readonly captions: Signal<boolean>;
}

const AppContext = createContext<App | undefined>(undefined);

export const AppProvider = AppContext.Provider;

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('There is no app around this.');
  return app;
}
