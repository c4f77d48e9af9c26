const WIDTH = 74;
const HEIGHT = 16;
/** The first octave begins at 2^-16 s. */
const LOWEST_EXPONENT = -16;

/** A histogram of the durations of a statement: each bar is twice as long a time as the one before. */
export function spreadCanvas(width = WIDTH, height = HEIGHT): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const scale = Math.min(3, devicePixelRatio || 1);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.setAttribute('role', 'img');
  return canvas;
}

/** @param shape one digit per octave */
export function drawSpread(canvas: HTMLCanvasElement, shape: string): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(document.documentElement);
  const { width, height } = canvas;
  const bar = width / shape.length;
  context.clearRect(0, 0, width, height);
  context.fillStyle = style.getPropertyValue('--line');
  context.fillRect(0, height - 1, width, 1);
  context.fillStyle = style.getPropertyValue('--accent');
  [...shape].forEach((digit, octave) => {
    const tall = (Number(digit) / 9) * (height - 1);
    context.fillRect(octave * bar + 0.5, height - 1 - tall, Math.max(1, bar - 1), tall);
  });
  canvas.setAttribute('aria-label', `Durations: ${spreadText(shape)}`);
}

/** `most from 0.5 ms to 1 ms, at most 62 ms` */
export function spreadText(shape: string): string {
  const fullest = [...shape].indexOf('9');
  if (fullest < 0) return 'none';
  const longest = shape.length - 1 - [...shape].reverse().findIndex((digit) => digit !== '0');
  return `most from ${bound(fullest)} to ${bound(fullest + 1)}, all below ${bound(longest + 1)}`;
}

function bound(octave: number): string {
  const ms = 2 ** (LOWEST_EXPONENT + octave) * 1000;
  return ms < 1 ? `${ms.toPrecision(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1000)} s`;
}
