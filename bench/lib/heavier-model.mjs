import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addition, floats, operation, value } from '../../scripts/tiny-model/onnx.mjs';

/** Channels of the convolutions that are added. */
const width = 512;

/** `folder` as a model that says the same at about twenty times the cost, as real ones have it: it computes what nobody looks at. */
export function heavierModel(folder, into) {
  cpSync(folder, into, { recursive: true });
  const layers = [
    { inputs: 48, kernel: 1 },
    { inputs: width, kernel: 3 },
    { inputs: width, kernel: 3 },
  ];
  const names = layers.map((_, index) => `heavy${index}`);
  const more = addition({
    operations: [
      ...layers.map(({ kernel }, index) =>
        operation('Conv', [names[index - 1] ?? 'layer1', `weights_${names[index]}`], [names[index]], {
          kernel_shape: [kernel],
        }),
      ),
      operation('ReduceMean', [names.at(-1)], ['heavy'], { axes: [1, 2], keepdims: 0 }),
    ],
    initializers: layers.map(({ inputs, kernel }, index) =>
      floats(`weights_${names[index]}`, [width, inputs, kernel], new Float32Array(width * inputs * kernel).fill(1e-4)),
    ),
    outputs: [value('heavy', ['batch'])],
  });
  const file = join(into, 'model.onnx');
  writeFileSync(file, Buffer.concat([readFileSync(file), more]));
  return into;
}
