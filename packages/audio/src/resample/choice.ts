import type { Arithmetic, Meter } from './arithmetic.ts';
import { JavaScriptArithmetic, JavaScriptMeter } from './javascript.ts';
import { WebAssemblyArithmetic } from './webassembly.ts';

/** What a resampler computes with; the samples are the same, the cost is not. */
export type ArithmeticName = 'webassembly' | 'javascript';

let webAssembly: WebAssemblyArithmetic | 'unavailable' | undefined;
let javaScript: Arithmetic | undefined;
let javaScriptMeter: Meter | undefined;

/** One for the whole process. Without a name, the faster one that works here; with one, that one or an error. */
export function arithmeticFor(name: ArithmeticName | undefined): Arithmetic {
  if (name === 'javascript') return (javaScript ??= new JavaScriptArithmetic());
  webAssembly ??= tryWebAssembly();
  if (webAssembly !== 'unavailable') return webAssembly;
  if (name === undefined) return arithmeticFor('javascript');
  throw new Error('WebAssembly with SIMD is not available here.');
}

/** As `arithmeticFor`. */
export function meterFor(name: ArithmeticName | undefined): Meter {
  const arithmetic = arithmeticFor(name);
  return arithmetic instanceof WebAssemblyArithmetic ? arithmetic : (javaScriptMeter ??= new JavaScriptMeter());
}

/** A refusal is no fault: old machines, and pages whose policy does not allow 'wasm-unsafe-eval'. */
function tryWebAssembly(): WebAssemblyArithmetic | 'unavailable' {
  try {
    return new WebAssemblyArithmetic();
  } catch {
    return 'unavailable';
  }
}
