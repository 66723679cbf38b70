import { type ReadonlySignal, signal } from '@preact/signals';
import type { Gateway, GatewayInfo, Readiness } from './gateway.ts';

export interface GatewayWatch {
  /** `undefined` until the server has answered. */
  readonly info: ReadonlySignal<GatewayInfo | undefined>;
  readonly readiness: ReadonlySignal<Readiness | undefined>;
}

/** Often enough for somebody who waits at the page for the server to come. */
const askAgainMs = 5_000;

/** Asks at once, whenever the page comes to the front, and again and again while the server is not ready. */
export function watchGateway(gateway: Gateway): GatewayWatch {
  const info = signal<GatewayInfo | undefined>(undefined);
  const readiness = signal<Readiness | undefined>(undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;

  async function ask(): Promise<void> {
    clearTimeout(timer);
    if (asking || document.hidden) return;
    asking = true;
    // Without it the page has every language on offer and tells no engine; what failed is told by the readiness.
    info.value ??= await gateway.info().catch(() => undefined);
    readiness.value = await gateway.readiness();
    asking = false;
    if (readiness.value.is !== 'ready' || info.value === undefined) timer = setTimeout(() => void ask(), askAgainMs);
  }

  document.addEventListener('visibilitychange', () => void ask());
  void ask();
  return { info, readiness };
}
