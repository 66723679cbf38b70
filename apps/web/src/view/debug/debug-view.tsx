import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { DebugFeed } from '../../debug/debug-feed.ts';
import { plotsOf } from '../../debug/plots.ts';
import { useWords } from '../../words/index.ts';
import { useApp } from '../app-context.ts';
import { Notice } from '../notice.tsx';
import { DebugFacts } from './debug-facts.tsx';
import { ChunkTable, TextTable } from './debug-tables.tsx';
import { Plot } from './plot.tsx';

const drawEveryMs = 500;

/** What goes through the server at this moment, on its way in and on its way back. */
export function DebugView() {
  const { gateway, dictation } = useApp();
  const words = useWords();
  const feed = useMemo(() => new DebugFeed(gateway, () => dictation.session.value?.id), [gateway]);
  const frames = useSignal(0);
  useEffect(() => {
    const timer = setInterval(() => frames.value++, drawEveryMs);
    return () => {
      clearInterval(timer);
      feed.close();
    };
  }, [feed]);
  const { chunksIn, chunksOut, textsIn, textsOut } = feed.latest.value;
  const { debug } = words;
  // Drawn anew though nothing came: time goes on.
  void frames.value;
  return (
    // What scrolls must be reachable by the keyboard.
    <main class="debug" tabIndex={0}>
      <h2>{debug.title}</h2>
      <Notice problem={feed.problem.value} />
      <DebugFacts latency={feed.history.medianLatency()} />
      <section class="plots" aria-label={debug.seconds}>
        {plotsOf(feed.history, feed.now, words).map((spec) => (
          <Plot key={spec.title} spec={spec} />
        ))}
      </section>
      <div class="tables">
        <ChunkTable title={debug.chunksIn} entries={chunksIn} />
        <ChunkTable title={debug.chunksOut} entries={chunksOut} />
        <TextTable title={debug.textsIn} entries={textsIn} />
        <TextTable title={debug.textsOut} entries={textsOut} />
      </div>
    </main>
  );
}
