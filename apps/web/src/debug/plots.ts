import type { Words } from '../words/index.ts';
import type { Point, Series } from './draw-plot.ts';
import { type DebugHistory, type Second, windowSeconds } from './history.ts';

export interface PlotSpec {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly {
    readonly name: string;
    readonly shape: Series['shape'];
    readonly points: readonly Point[];
  }[];
  readonly from: number;
  readonly to: number;
  readonly format: (value: number) => string;
}

const quietDb = -60;

/** The four plots of the last minute before `now`. */
export function plotsOf(history: DebugHistory, now: number, words: Words): readonly PlotSpec[] {
  const { debug } = words;
  const seconds = (value: (second: Readonly<Second>) => number, otherwise = 0) => {
    const points: Point[] = [];
    // The present second is not over, and would look like a fall.
    for (let back = windowSeconds; back >= 1; back--) {
      const second = history.second(now - back);
      points.push({ x: 1 - back / windowSeconds, y: second === undefined ? otherwise : value(second) });
    }
    return points;
  };
  const latencies = (final: boolean) =>
    history.latencies
      .filter((latency) => latency.final === final)
      .map((latency) => ({ x: 1 - (now - latency.t) / windowSeconds, y: latency.seconds * 1000 }))
      .filter(({ x }) => x >= 0);
  const bytes = [seconds(({ bytesIn }) => bytesIn / 1024), seconds(({ bytesOut }) => bytesOut / 1024)] as const;
  const texts = [seconds(({ textsIn }) => textsIn), seconds(({ textsOut }) => textsOut)] as const;
  const delays = [latencies(false), latencies(true)] as const;
  const whole = (value: number) => value.toLocaleString(words.tag, { maximumFractionDigits: 1 });
  return [
    {
      title: debug.audio,
      unit: 'KiB/s',
      series: [
        { name: debug.audioIn, shape: 'line', points: bytes[0] },
        { name: debug.audioOut, shape: 'line', points: bytes[1] },
      ],
      from: 0,
      to: ceiling(bytes, 10),
      format: whole,
    },
    {
      title: debug.text,
      unit: '1/s',
      series: [
        { name: debug.textIn, shape: 'line', points: texts[0] },
        { name: debug.textOut, shape: 'line', points: texts[1] },
      ],
      from: 0,
      to: ceiling(texts, 4),
      format: whole,
    },
    {
      title: debug.latency,
      unit: 'ms',
      series: [
        { name: debug.partials, shape: 'dots', points: delays[0] },
        { name: debug.finals, shape: 'dots', points: delays[1] },
      ],
      from: 0,
      to: ceiling(delays, 100),
      format: whole,
    },
    {
      title: debug.level,
      unit: 'dB',
      series: [
        { name: debug.peak, shape: 'line', points: seconds(({ peak }) => decibels(peak), quietDb) },
        {
          name: debug.rms,
          shape: 'line',
          points: seconds(({ power, chunks }) => decibels(Math.sqrt(power / chunks)), quietDb),
        },
      ],
      from: quietDb,
      to: 0,
      format: whole,
    },
  ];
}

const decibels = (share: number): number => (share > 0 ? Math.max(quietDb, 20 * Math.log10(share)) : quietDb);

/** 1, 2 or 5 times a power of ten above everything, and at least `least`. */
function ceiling(series: readonly (readonly Point[])[], least: number): number {
  const highest = Math.max(least, ...series.flat().map(({ y }) => y));
  const power = 10 ** Math.floor(Math.log10(highest));
  return ([1, 2, 5, 10].find((step) => step * power >= highest) ?? 10) * power;
}
