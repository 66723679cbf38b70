import { useWords } from '../../words/index.ts';
import { useApp } from '../app-context.ts';

export interface DebugFactsProps {
  /** Seconds. */
  readonly latency: number | undefined;
}

/** Who listens, how they are, and how far they have come. */
export function DebugFacts({ latency }: DebugFactsProps) {
  const { server, dictation } = useApp();
  const { debug: words, status } = useWords();
  const info = server.info.value;
  const readiness = server.readiness.value;
  const session = dictation.session.value;
  const facts: readonly (readonly [name: string, value: string])[] = [
    [words.engine, session?.engine ?? info?.engine ?? words.noFigure],
    [words.model, session?.model ?? info?.model ?? words.noFigure],
    [words.ready, readiness?.is === 'ready' ? words.yes : words.no],
    [words.version, info?.version ?? words.noFigure],
    [words.state, status[dictation.phase.value]],
    [words.session, session?.id ?? words.noSession],
    [words.resumable, session === undefined ? words.noFigure : session.resumable ? words.yes : words.no],
    [words.position, `${dictation.seconds.value.toFixed(1)} s`],
    [words.covered, `${dictation.covered.value.toFixed(1)} s`],
    [words.reconnects, String(dictation.reconnects.value)],
    [words.latencyNow, latency === undefined ? words.noFigure : `${Math.round(latency * 1000)} ms`],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
