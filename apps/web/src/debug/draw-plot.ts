/** `x` from 0, the oldest, to 1, now; `y` in the plot's unit. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly shape: 'line' | 'bars' | 'dots';
  readonly color: string;
  readonly points: readonly Point[];
}

export interface PlotOptions {
  readonly series: readonly Series[];
  readonly from: number;
  /** The upper end; what is above it is drawn there. */
  readonly to: number;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  readonly ink: string;
  readonly line: string;
  readonly font: string;
}

const left = 52;
const gap = 6;

/** Draws on the whole canvas, sharp on any screen. */
export function drawPlot(canvas: HTMLCanvasElement, options: PlotOptions): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const scale = window.devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.scale(scale, scale);
  const x = (at: number) => left + at * (width - left - gap);
  const y = (value: number) => {
    const share = (Math.min(options.to, Math.max(options.from, value)) - options.from) / (options.to - options.from);
    return height - gap - share * (height - 2 * gap);
  };
  drawTicks(context, options, y, width);
  for (const series of options.series) drawSeries(context, series, x, y);
}

type Scale = (value: number) => number;

function drawTicks(context: CanvasRenderingContext2D, options: PlotOptions, y: Scale, width: number): void {
  context.font = options.font;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.lineWidth = 1;
  for (const tick of options.ticks) {
    const at = Math.round(y(tick)) + 0.5;
    context.strokeStyle = options.line;
    context.beginPath();
    context.moveTo(left, at);
    context.lineTo(width - gap, at);
    context.stroke();
    context.fillStyle = options.ink;
    context.fillText(options.format(tick), left - gap, at);
  }
}

function drawSeries(context: CanvasRenderingContext2D, { shape, color, points }: Series, x: Scale, y: Scale): void {
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = 1.75;
  context.lineJoin = 'round';
  context.beginPath();
  for (const [index, point] of points.entries()) {
    const [px, py] = [x(point.x), y(point.y)];
    if (shape === 'dots') {
      context.moveTo(px + 2.25, py);
      context.arc(px, py, 2.25, 0, 2 * Math.PI);
    } else if (shape === 'bars') {
      context.rect(px - 1.5, py, 3, y(-Infinity) - py);
    } else if (index === 0) {
      context.moveTo(px, py);
    } else {
      context.lineTo(px, py);
    }
  }
  if (shape === 'line') context.stroke();
  else context.fill();
}
