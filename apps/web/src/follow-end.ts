import { type ReadonlySignal, signal } from '@preact/signals';

export interface EndFollower {
  /** Whether the end of the page is in view and will be kept there. */
  readonly following: ReadonlySignal<boolean>;
  /** Goes to the end and follows again. */
  resume(): void;
}

/** Pixels; less than a line of text, so that a small touch does not lose the end. */
const tolerance = 24;

/** Keeps the end of a growing page in view for as long as the person does not scroll away from it. */
export function followEnd(): EndFollower {
  const page = document.documentElement;
  const following = signal(true);
  const toEnd = () => window.scrollTo({ top: page.scrollHeight, behavior: 'instant' });
  const atEnd = () => page.scrollHeight - window.innerHeight - window.scrollY <= tolerance;

  let last = window.scrollY;
  const scrolled = () => {
    // Only a person scrolls up. Not to be at the end may also mean that text came since the last scrolling to it.
    if (atEnd()) following.value = true;
    else if (window.scrollY < last) following.value = false;
    last = window.scrollY;
  };

  window.addEventListener('scroll', scrolled, { passive: true });
  // The body grows with the text and with the notices below it; a window made smaller moves its end too.
  const keep = () => following.peek() && toEnd();
  new ResizeObserver(keep).observe(document.body);
  window.addEventListener('resize', keep);
  return {
    following,
    resume: () => {
      following.value = true;
      toEnd();
    },
  };
}
