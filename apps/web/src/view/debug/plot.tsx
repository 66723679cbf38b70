import { useEffect, useRef } from 'preact/hooks';
import { drawPlot } from '../../debug/draw-plot.ts';
import type { PlotSpec } from '../../debug/plots.ts';
import { useWords } from '../../words/index.ts';

/** A minute of something; its colours are those of its legend, which the styles choose. */
export function Plot({ spec }: { readonly spec: PlotSpec }) {
  const { debug } = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (canvas.current === null) return;
    const style = getComputedStyle(canvas.current);
    const colors = [...(legend.current?.children ?? [])].map(
      (name) => getComputedStyle(name, '::before').backgroundColor,
    );
    const { series, from, to, format } = spec;
    drawPlot(canvas.current, {
      series: series.map(({ shape, points }, index) => ({ shape, points, color: colors[index] ?? style.color })),
      from,
      to,
      ticks: [from, (from + to) / 2, to],
      format,
      ink: style.color,
      line: style.outlineColor,
      font: `11px ${style.fontFamily}`,
    });
  });
  const newest = spec.series.map(({ name, points }) => {
    const last = points.at(-1);
    return `${name} ${last === undefined ? debug.noFigure : `${spec.format(last.y)} ${spec.unit}`}`;
  });
  return (
    <figure class="plot">
      <figcaption>
        <b>{spec.title}</b> <span>{spec.unit}</span>
        <ul ref={legend}>
          {spec.series.map(({ name }) => (
            <li key={name}>{name}</li>
          ))}
        </ul>
      </figcaption>
      <canvas ref={canvas} role="img" aria-label={`${spec.title}: ${newest.join(', ')}. ${debug.seconds}.`} />
    </figure>
  );
}
