import { describe, expect, it } from 'vitest';
import { originAllowed, parseOrigins } from '../src/http/origins.ts';
import { readConfig } from '../src/index.ts';

describe('the configuration', () => {
  it('has the defaults that its users know', () => {
    expect(readConfig({})).toMatchObject({
      ok: true,
      config: {
        openaiApiKey: undefined,
        openaiBaseUrl: 'https://api.openai.com/v1',
        modelName: 'gpt-4o-transcribe',
        openaiRealtimeModel: 'gpt-4o-mini-transcribe',
        language: undefined,
        sampleRate: 16_000,
        ringSize: 200,
        host: '127.0.0.1',
        port: 8_000,
        logLevel: 'info',
        engine: 'auto',
        dataDir: 'data',
        databaseUrl: undefined,
        retentionDays: undefined,
        resumeSeconds: 60,
      },
    });
  });

  it.each([
    ['OPENAI_API_KEY', 'sk-1', { openaiApiKey: 'sk-1' }],
    ['OPENAI_API_KEY', '"sk-1"', { openaiApiKey: 'sk-1' }],
    ['OPENAI_BASE_URL', 'http://127.0.0.1:9/v1/', { openaiBaseUrl: 'http://127.0.0.1:9/v1' }],
    ['MODEL_NAME', 'whisper-1', { modelName: 'whisper-1' }],
    ['OPENAI_REALTIME_MODEL', 'whisper-1', { openaiRealtimeModel: 'whisper-1' }],
    ['LANGUAGE', 'de', { language: 'de' }],
    ['LANGUAGE', 'auto', { language: 'auto' }],
    ['SAMPLE_RATE', '48000', { sampleRate: 48_000 }],
    ['RING_SIZE', '5', { ringSize: 5 }],
    [
      'ALLOWED_ORIGINS',
      'https://a.example, https://*.b.example/',
      { allowedOrigins: { exact: ['https://a.example'] } },
    ],
    ['HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['PORT', '0', { port: 0 }],
    ['LOG_LEVEL', 'WARNING', { logLevel: 'warn' }],
    ['LOG_LEVEL', 'Debug', { logLevel: 'debug' }],
    ['LOG_LEVEL', 'CRITICAL', { logLevel: 'fatal' }],
    ['ENGINE', 'PocketSphinx', { engine: 'pocketsphinx' }],
    ['DATA_DIR', '/var/lib/x', { dataDir: '/var/lib/x' }],
    ['DATABASE_URL', 'postgres://u:p@h/d', { databaseUrl: 'postgres://u:p@h/d' }],
    ['RETENTION_DAYS', '30', { retentionDays: 30 }],
    ['RESUME_SECONDS', '0', { resumeSeconds: 0 }],
    ['REDIS_URL', 'redis://h:6379', { redisUrl: 'redis://h:6379' }],
    ['PORT', '', { port: 8_000 }],
    ['PORT', '  ', { port: 8_000 }],
  ])('%s=%s', (name, value, expected) => {
    expect(readConfig({ [name]: value })).toMatchObject({ ok: true, config: expected });
  });

  it.each([
    ['OPENAI_API_KEY', 'sk-1 sk-2', 'one word'],
    ['OPENAI_BASE_URL', 'api.openai.com', 'https://'],
    ['LANGUAGE', 'swedish', 'sv'],
    ['SAMPLE_RATE', '16kHz', '8000 to 192000'],
    ['RING_SIZE', '0', '1 to 100000'],
    ['ALLOWED_ORIGINS', 'example.org', '"example.org"'],
    ['PORT', '80000', '0 to 65535'],
    ['LOG_LEVEL', 'loud', 'warning'],
    ['ENGINE', 'whisper', 'auto, openai, sherpa, pocketsphinx'],
    ['DATABASE_URL', 'mysql://u:p@h/d', 'postgres://'],
    ['REDIS_URL', 'h:6379', 'redis://'],
  ])('one line for %s=%s', (name, value, hint) => {
    const read = readConfig({ [name]: value, MODEL_NAME: 'fine' });
    expect(read).toEqual({ ok: false, faults: [expect.stringContaining(hint)] });
    expect(read).toMatchObject({ faults: [expect.stringMatching(new RegExp(`^${name} must be .*\\.$`))] });
  });

  it('names every fault at once, and shows no secret', () => {
    const read = readConfig({ PORT: 'x', ENGINE: 'y', DATABASE_URL: 'mysql://u:hunter2@h/d' });
    expect(read.ok ? [] : read.faults).toHaveLength(3);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
});

describe('allowed origins', () => {
  it.each([
    ['https://*.example.org', 'https://a.example.org', true],
    ['https://*.example.org', 'https://a.b.example.org', true],
    ['https://*.example.org', 'https://example.org', false],
    ['https://*.example.org', 'https://a.example.org.evil.net', false],
    ['https://*.example.org', 'https://evil.net/.example.org', false],
    ['https://*.example.org', 'https://evil.net?.example.org', false],
    ['https://*.example.org', 'https://evil.net#.example.org', false],
    ['https://*.example.org', 'https://user@a.example.org', false],
    ['https://*.example.org', 'https://aXexample.org', false],
    ['http://localhost:*', 'http://localhost:1234', true],
    ['HTTPS://Example.ORG', 'https://example.org', true],
    ['*', 'https://anything.example', true],
    ['https://a.example', 'https://b.example', false],
  ])('%s: %s is %s', (list, origin, allowed) => {
    expect(originAllowed(parseOrigins(list), origin, { host: 'gateway.example' })).toBe(allowed);
  });
});
