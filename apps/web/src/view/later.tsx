import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { PageError, problemOf } from '../problems.ts';
import { Notice } from './notice.tsx';

export interface LaterProps<Props extends object> {
  readonly load: () => Promise<ComponentType<Props>>;
  readonly with: Props;
}

/** A view that few need at once, and whose code is fetched when they do. */
export function Later<Props extends object>({ load, with: props }: LaterProps<Props>) {
  const View = useSignal<{ readonly it: ComponentType<Props> } | undefined>(undefined);
  const failed = useSignal(false);
  useEffect(() => {
    let gone = false;
    load()
      .then((it) => {
        if (!gone) View.value = { it };
      })
      .catch(() => {
        failed.value = true;
      });
    return () => {
      gone = true;
    };
  }, []);
  if (View.value !== undefined) return <View.value.it {...props} />;
  return (
    <main class="reading">{failed.value && <Notice problem={problemOf(new PageError('server_unreachable'))} />}</main>
  );
}
