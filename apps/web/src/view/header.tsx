import type { Place } from '../address.ts';
import { useWords } from '../words/index.ts';
import { useApp } from './app-context.ts';
import { DisplayMenu } from './display-menu.tsx';
import { Icon } from './icon.tsx';

export function Header() {
  const { navigation, help, captions } = useApp();
  const { nav, help: helpWords, display } = useWords();
  const { view } = navigation.place.value;
  const link = (to: 'live' | 'history' | 'debug', name: string) => (
    <a
      href={to === 'live' ? '?' : `?${to}`}
      aria-current={section(view) === to ? 'page' : undefined}
      onClick={(event) => {
        // A link that is opened elsewhere is the browser's.
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        navigation.go({ view: to });
      }}
    >
      {name}
    </a>
  );
  return (
    <header class="top">
      <h1>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M6 13.5v5M12.7 7v18M19.3 11v10M26 14v4" />
        </svg>
        <span>live-transcribe</span>
      </h1>
      <nav aria-label={nav.pages}>
        {link('live', nav.live)}
        {link('history', nav.history)}
        {link('debug', nav.debug)}
      </nav>
      <div class="tools">
        <button type="button" class="quiet" title={display.captions} onClick={() => (captions.value = true)}>
          <Icon name="full" />
          <span class="for-screen-readers">{display.captions}</span>
        </button>
        <DisplayMenu />
        <button type="button" class="quiet by-key" title={helpWords.open} onClick={() => (help.value = true)}>
          <Icon name="keys" />
          <span class="for-screen-readers">{helpWords.open}</span>
        </button>
      </div>
    </header>
  );
}

/** Of the three, the one that a view belongs to. */
function section(view: Place['view']): 'live' | 'history' | 'debug' | undefined {
  switch (view) {
    case 'live':
    case 'history':
    case 'debug':
      return view;
    case 'session':
      return 'history';
    case 'watch':
    case 'overlay':
      return undefined;
    default:
      return view satisfies never;
  }
}
