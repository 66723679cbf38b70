/** As much of React as the hook uses, so that the SDK needs neither React nor its types to be built. */
declare module 'react' {
  export function useEffect(effect: () => (() => void) | void, dependencies: readonly unknown[]): void;
  export function useRef<T>(initial: T): { current: T };
  export function useState<T>(initial: () => T): [T, (next: T) => void];
  export function useSyncExternalStore<T>(
    subscribe: (listener: () => void) => () => void,
    snapshot: () => T,
    serverSnapshot: () => T,
  ): T;
}
