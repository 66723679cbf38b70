import type { Usage } from '@live-transcribe/core';
import type { SessionObservation } from './session-observation.ts';

/** A client may ask for any model; engines that take what they are asked for could fill the operator's memory. */
const mostModels = 50;
const otherModels = 'other';

/** What sessions amount to together, as far as it changes with every chunk of audio: added up when somebody looks. */
export class SessionSums {
  readonly receivedSeconds = new Map<string, number>();
  sentSeconds = 0;
  partials = 0;
  partialsDropped = 0;
  readonly usage = new Map<string, Required<Usage>>();

  /** `earlier`: what it begins with. */
  constructor(earlier?: SessionSums) {
    if (!earlier) return;
    for (const [format, seconds] of earlier.receivedSeconds) this.receivedSeconds.set(format, seconds);
    this.sentSeconds = earlier.sentSeconds;
    this.partials = earlier.partials;
    this.partialsDropped = earlier.partialsDropped;
    for (const [model, usage] of earlier.usage) this.usage.set(model, { ...usage });
  }

  add(observed: SessionObservation): void {
    for (const [format, seconds] of observed.receivedSeconds)
      this.receivedSeconds.set(format, (this.receivedSeconds.get(format) ?? 0) + seconds);
    this.sentSeconds += observed.sentSeconds;
    this.partials += observed.partials;
    this.partialsDropped += observed.partialsDropped;
    if (observed.usage) this.#addUsage(observed.about.model, observed.usage);
  }

  #addUsage(model: string, usage: Usage): void {
    const label = this.usage.has(model) || this.usage.size < mostModels ? model : otherModels;
    const sum = this.usage.get(label);
    this.usage.set(label, {
      audioSeconds: (sum?.audioSeconds ?? 0) + (usage.audioSeconds ?? 0),
      inputTokens: (sum?.inputTokens ?? 0) + (usage.inputTokens ?? 0),
      outputTokens: (sum?.outputTokens ?? 0) + (usage.outputTokens ?? 0),
      cost: (sum?.cost ?? 0) + (usage.cost ?? 0),
    });
  }
}
