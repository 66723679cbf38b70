/** Strokes in a square of 24. */
const shapes = {
  microphone:
    'M12 3a3.2 3.2 0 0 1 3.2 3.2v5.6a3.2 3.2 0 0 1-6.4 0V6.2A3.2 3.2 0 0 1 12 3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3',
  tab: 'M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5zM4 9.5h16M11 5v4.5',
  file: 'M7 3.5h6.5L18 8v11a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 19V5a1.5 1.5 0 0 1 1-1.5zM13 3.5V8.5h5M9.5 13v3.5M12 12v5.5M14.5 13.5v2.5',
  pause: 'M9 6v12M15 6v12',
  play: 'M8.5 5.8v12.4L18.5 12z',
  stop: 'M7 7h10v10H7z',
  copy: 'M9 9h9.5v10.5H9zM15 9V4.5H5.5V15H9',
  done: 'M5.5 12.5l4.5 4.5 8.5-10',
  save: 'M12 4v10.5M7.5 10.5 12 15l4.5-4.5M5 19.5h14',
  share:
    'M15.5 6.5 8.5 10.6M8.5 13.4l7 4.1M6 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 21.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  less: 'M6 12h12',
  add: 'M12 5.5v13M5.5 12h13',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.2 15.2 20 20',
  settings:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  display: 'M3.5 18 8 6.5 12.5 18M5 14.5h6M14.5 18l3-7.5 3 7.5M15.4 15.8h4.2',
  keys: 'M3.5 7.5A1.5 1.5 0 0 1 5 6h14a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 18H5a1.5 1.5 0 0 1-1.5-1.5zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8',
  close: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  up: 'M6.5 14.5 12 9l5.5 5.5',
  down: 'M6.5 9.5 12 15l5.5-5.5',
  remove: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5',
  full: 'M4.5 9V4.5H9M15 4.5h4.5V9M19.5 15v4.5H15M9 19.5H4.5V15',
  back: 'M14.5 6 8.5 12l6 6',
} as const;

export type IconName = keyof typeof shapes;

/** Beside a word that says the same, so it is nothing to read aloud. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}
