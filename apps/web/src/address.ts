import { type ReadonlySignal, signal } from '@preact/signals';

/** What the overlay shows: one session, whichever is live, or what this browser's own microphone hears. */
export type OverlaySource =
  | { readonly is: 'session'; readonly id: string }
  | { readonly is: 'newest' }
  | { readonly is: 'microphone' };

/** What the address bar asks for. */
export type Place =
  | { readonly view: 'live' }
  | { readonly view: 'history' }
  | { readonly view: 'debug' }
  | { readonly view: 'session'; readonly id: string }
  | { readonly view: 'watch'; readonly id: string }
  | { readonly view: 'overlay'; readonly of: OverlaySource };

export function placeOf(search: string): Place {
  const query = new URLSearchParams(search);
  const watched = query.get('watch');
  if (query.has('overlay')) return { view: 'overlay', of: overlaySource(query, watched) };
  if (watched) return { view: 'watch', id: watched };
  const kept = query.get('session');
  if (kept) return { view: 'session', id: kept };
  if (query.has('history')) return { view: 'history' };
  return { view: query.has('debug') ? 'debug' : 'live' };
}

function overlaySource(query: URLSearchParams, watched: string | null): OverlaySource {
  if (watched) return { is: 'session', id: watched };
  return query.has('microphone') ? { is: 'microphone' } : { is: 'newest' };
}

/** The query of a place that one can go to without loading the page anew. */
export function queryOf(place: Exclude<Place, { view: 'overlay' }>): string {
  switch (place.view) {
    case 'live':
      return '';
    case 'history':
    case 'debug':
      return `?${place.view}`;
    case 'session':
    case 'watch':
      return `?${new URLSearchParams({ [place.view]: place.id }).toString()}`;
    default:
      return place satisfies never;
  }
}

export interface Navigation {
  readonly place: ReadonlySignal<Place>;
  go(place: Exclude<Place, { view: 'overlay' }>): void;
}

/** The browser's own history, so that its back button leads back. */
export function navigation(): Navigation {
  const place = signal(placeOf(location.search));
  window.addEventListener('popstate', () => {
    place.value = placeOf(location.search);
  });
  return {
    place,
    go: (next) => {
      history.pushState(null, '', location.pathname + queryOf(next));
      place.value = next;
    },
  };
}
