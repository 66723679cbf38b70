import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Why the addon cannot be had here, as a sentence; `undefined` when it can. It is not loaded to find out. */
export function sherpaMissing(): string | undefined {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const binary = `sherpa-onnx-${platform}-${process.arch}`;
  for (const part of ['sherpa-onnx-node', `${binary}/sherpa-onnx.node`]) {
    try {
      require.resolve(part);
    } catch {
      return `sherpa-onnx is not installed for ${platform}-${process.arch}: npm install sherpa-onnx-node, with its optional dependencies.`;
    }
  }
  return undefined;
}
