import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { OverlaySource } from '../address.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Dictation } from '../live/dictation.ts';
import type { StartRequest } from '../live/start-request.ts';
import { Watching } from '../live/watching.ts';
import { noticeOf, type Problem, problemOf } from '../problems.ts';
import type { Row } from '../transcript/rows.ts';

export interface OverlayFeed {
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly problem: ReadonlySignal<Problem | undefined>;
}

export interface OverlayOptions {
  readonly gateway: Gateway;
  readonly dictation: Dictation;
  /** What to start where this browser's own microphone is the source. */
  readonly request: () => StartRequest;
}

const lookAgainMs = 3_000;

/** Where the words of an overlay come from. Lives as long as the page. */
export function overlayFeed(of: OverlaySource, options: OverlayOptions): OverlayFeed {
  switch (of.is) {
    case 'session':
      return watched(options.gateway, of.id);
    case 'newest':
      return newest(options.gateway);
    case 'microphone': {
      const { dictation, request } = options;
      dictation.start(request());
      return { rows: dictation.transcript.rows, problem: dictation.problem };
    }
    default:
      return of satisfies never;
  }
}

function watched(gateway: Gateway, id: string): OverlayFeed {
  const watching = new Watching({ url: gateway.transcriptions, token: gateway.token, session: id });
  return { rows: watching.reading.rows, problem: watching.problem };
}

/** Whichever session is live; when it ends, the next one. */
function newest(gateway: Gateway): OverlayFeed {
  const watching = signal<Watching | undefined>(undefined);
  const problem = signal<Problem | undefined>(undefined);

  async function look(): Promise<void> {
    try {
      const { sessions } = await gateway.sessions({ text: '', live: true, limit: 1 });
      const [session] = sessions;
      if (session !== undefined) return follow(session.id);
      problem.value = noticeOf('nothing_live');
    } catch (thrown) {
      problem.value = problemOf(thrown);
    }
    setTimeout(() => void look(), lookAgainMs);
  }

  function follow(id: string): void {
    const next = new Watching({ url: gateway.transcriptions, token: gateway.token, session: id });
    watching.value = next;
    problem.value = undefined;
    const forget = effect(() => {
      if (next.state.value !== 'ended' && next.state.value !== 'failed') return;
      setTimeout(() => {
        forget();
        void look();
      }, lookAgainMs);
    });
  }

  void look();
  return {
    rows: computed(() => watching.value?.reading.rows.value ?? []),
    problem: computed(() => problem.value ?? watching.value?.problem.value),
  };
}
