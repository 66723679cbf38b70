import type { MetricRegistry } from './metric-registry.ts';
import type { SessionObservation } from './session-observation.ts';
import { SessionSums } from './session-sums.ts';

/** What of live sessions changes with every chunk of audio: added up when somebody looks. */
export class LiveMetrics {
  readonly #live = new Set<SessionObservation>();
  readonly #ended = new SessionSums();
  /** Of live and ended sessions, as of the latest look. */
  #sums = this.#ended;

  constructor(registry: MetricRegistry) {
    this.#addGauges(registry);
    this.#addAudio(registry);
    this.#addUsage(registry);
  }

  begin(observed: SessionObservation): void {
    this.#live.add(observed);
  }

  /** Answers whether it was live. */
  end(observed: SessionObservation): boolean {
    if (!this.#live.delete(observed)) return false;
    this.#ended.add(observed);
    return true;
  }

  /** Somebody looks. */
  addUp(): void {
    this.#sums = new SessionSums(this.#ended);
    for (const observed of this.#live) this.#sums.add(observed);
  }

  #addGauges(registry: MetricRegistry): void {
    registry.gauge('sessions_live', 'Sessions that live.', ['protocol'], (gauge) => {
      for (const { about } of this.#live) gauge.inc({ protocol: about.protocol });
    });
    registry.gauge('replay_waiting_seconds', 'Audio that waits for the engine, in all sessions.', [], (gauge) =>
      gauge.set(this.#ofLive((observed) => observed.waitingSeconds).reduce((sum, seconds) => sum + seconds, 0)),
    );
    registry.gauge('replay_waiting_max_seconds', 'The same in the session that is furthest behind.', [], (gauge) =>
      gauge.set(this.#ofLive((observed) => observed.waitingSeconds).reduce((most, one) => Math.max(most, one), 0)),
    );
    registry.gauge('replay_kept_seconds', 'Audio kept in case an engine is lost, in all sessions.', [], (gauge) =>
      gauge.set(this.#ofLive((observed) => observed.keptSeconds).reduce((sum, seconds) => sum + seconds, 0)),
    );
  }

  #addAudio(registry: MetricRegistry): void {
    registry.counter('audio_received_seconds_total', 'Audio from clients.', ['format'], (counter) => {
      for (const [format, seconds] of this.#sums.receivedSeconds) counter.inc({ format }, seconds);
    });
    registry.counter(
      'audio_sent_seconds_total',
      'Audio given to engines, what was given again included.',
      [],
      (counter) => counter.inc(this.#sums.sentSeconds),
    );
    registry.counter('partials_total', 'Partials told.', [], (counter) => counter.inc(this.#sums.partials));
    registry.counter(
      'partials_dropped_total',
      'Partials that a newer one replaced before they were told.',
      [],
      (counter) => counter.inc(this.#sums.partialsDropped),
    );
  }

  #addUsage(registry: MetricRegistry): void {
    const kinds = [
      ['usage_audio_seconds_total', 'Audio that engines put on the bill.', 'audioSeconds'],
      ['usage_input_tokens_total', 'Tokens read that engines put on the bill.', 'inputTokens'],
      ['usage_output_tokens_total', 'Tokens written that engines put on the bill.', 'outputTokens'],
      ['estimated_cost_total', 'What it cost by OPENAI_PRICES, in their currency.', 'cost'],
    ] as const;
    for (const [name, help, key] of kinds) {
      registry.counter(name, help, ['model'], (counter) => {
        for (const [model, counted] of this.#sums.usage) counter.inc({ model }, counted[key]);
      });
    }
  }

  #ofLive(amount: (observed: SessionObservation) => number): number[] {
    return Array.from(this.#live, amount);
  }
}
