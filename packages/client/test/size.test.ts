import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bundleCode, source } from './support/bundle.ts';

const most = 12 * 1024;
/** All that the SDK can do. */
const names =
  'LiveTranscription, microphone, tabAudio, file, fromIterable, devices, watch, applyEvent, TranscriptionError';
const exporting = (some: string) => `export { ${some} } from ${JSON.stringify(source('index.ts'))};`;
const compressed = (code: string) => gzipSync(code, { level: 9 }).length;

describe('the SDK in a page', () => {
  it('has at most 12 KB, compressed', async () => {
    const files = await bundleCode(exporting(names), { codeSplitting: true });
    const sizes = files.map(compressed).sort((a, b) => b - a);
    console.log(`The SDK: ${sizes.join(' + ')} bytes.`);
    expect(sizes).toHaveLength(1);
    expect(sizes[0]).toBeLessThanOrEqual(most);
  });

  it('is left out where it is not used', async () => {
    const [code = ''] = await bundleCode(exporting('applyEvent'));
    expect(code).toContain('export');
    expect(code.length).toBeLessThan(2_000);
  });
});
