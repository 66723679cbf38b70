import { mutate } from '../mutate.ts';
import { type RawFrame, rawFrame, rawRequest, rawUpgrade } from './raw-frame.ts';

/** What a hostile client sends over one connection. */
export interface Burst {
  readonly bytes: Buffer;
  /** Frames, handshakes and requests in it. */
  readonly items: number;
  /** Whether the answer is waited for with the connection open, as a client does that means well. */
  readonly waits?: boolean;
}

export interface TrafficOptions {
  readonly random: () => number;
  /** Paths of WebSockets. */
  readonly sockets: readonly string[];
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Keys and tokens, good and bad. */
  readonly credentials: readonly string[];
}

const messages = [
  '{"action":"start","encoding":"pcm16","sample_rate":16000}',
  '{"action":"start","language":"sv","resumable":true,"words":true}',
  '{"action":"start","resume":{"session_id":"00000000-0000-4000-8000-000000000000","from":0,"after":0}}',
  '{"action":"start","keywords":["a"],"turn_detection":{"type":"server_vad","threshold":0.5}}',
  '{"action":"commit"}',
  '{"action":"clear"}',
  '{"type":"flush"}',
  '{"type":"reset"}',
  '{"action":"start","__proto__":{"encoding":"opus"},"constructor":{"prototype":{"x":1}}}',
  `{"action":"start","prompt":"${'x'.repeat(9_000)}"}`,
  `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  '{"action":1e999}',
  '"\\ud800"',
  '',
].map((text) => Buffer.from(text));

const audio = [
  Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex'),
  Buffer.from('OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead', 'latin1'),
  Buffer.from(
    'RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\xff\xff\xff\xff',
    'latin1',
  ),
  Buffer.from('fLaC\0\0\0\x22\x10\0\x10\0', 'latin1'),
  Buffer.from([0, 0, 0, 24, ...Buffer.from('ftypisom\0\0\0\0isommp41')]),
  Buffer.alloc(3_200, 7),
  Buffer.alloc(1),
];

const headerTricks = [
  'Origin: https://evil.example',
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=8; server_max_window_bits=99999',
  'Sec-WebSocket-Protocol: ,,,',
  'Sec-WebSocket-Protocol: live-transcribe, token.a.b.c',
  'Sec-WebSocket-Version: 8',
  'Content-Length: 4294967296',
  'Transfer-Encoding: chunked',
  'Expect: 100-continue',
  'Content-Type: application/json',
  'Content-Type: multipart/form-data; boundary=x',
  'Content-Encoding: gzip',
  'X-Forwarded-For: not an address, 999.1.1.1, ::ffff:1.2.3.4',
  'X-Forwarded-Proto: javascript',
  'Last-Event-ID: 99999999999999999999',
  'Range: bytes=0-,-1,5-2',
  'Accept: text/html',
  'Cookie: a=b',
  'Host: evil.example',
];
const methods = ['GET', 'POST', 'DELETE', 'PUT', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'CONNECT'];
const pathTricks = [
  '',
  '?limit=-1',
  '?token=%00',
  '?q=%ff',
  '/..%2f..%2fpackage.json',
  '/%2e%2e/',
  '?limit=1&limit=2',
  '#',
  '%',
];
const bodies = [
  '',
  '{}',
  '{"scopes":["tokens"]}',
  '[[[[',
  '{"expires_in":1e308}',
  'null',
  '\u0000',
  '--x\r\n\r\n--x--',
];

/** The traffic of hostile clients, as a seed determines it. */
export class HostileTraffic {
  readonly #options: TrafficOptions;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  next(): Burst {
    const chance = this.#random();
    if (chance < 0.55) return this.#conversation(40);
    if (chance < 0.7) return this.#brokenFrames();
    if (chance < 0.85) return this.#request();
    return this.#brokenHandshake();
  }

  /** Frames as they should be, with contents that are not. */
  #conversation(most: number): Burst {
    const parts = [this.#upgrade(), this.#text(this.#random() < 0.7 ? messages[this.#below(4)] : undefined)];
    const count = 1 + this.#below(most);
    for (let at = 0; at < count; at += 1) {
      parts.push(this.#random() < 0.5 ? this.#text() : rawFrame({ opcode: 2, payload: this.#mutated(audio) }));
    }
    parts.push(rawFrame({ opcode: 8, payload: Uint8Array.of(3, 232) }));
    return { bytes: Buffer.concat(parts), items: parts.length };
  }

  /** Frames that break the rules of the protocol itself. */
  #brokenFrames(): Burst {
    const parts = [this.#upgrade()];
    const count = 1 + this.#below(4);
    for (let at = 0; at < count; at += 1) parts.push(this.#random() < 0.3 ? this.#noise() : rawFrame(this.#oddFrame()));
    return { bytes: Buffer.concat(parts), items: parts.length };
  }

  #oddFrame(): RawFrame {
    const claims = [0, 1, 125, 126, 65_535, 65_536, 2 ** 31, 2 ** 53 - 1][this.#below(16)];
    return {
      opcode: this.#below(16),
      fin: this.#random() < 0.7,
      rsv: this.#random() < 0.3 ? this.#below(8) : 0,
      masked: this.#random() < 0.9,
      payload: this.#mutated(this.#random() < 0.5 ? messages : audio),
      ...(claims !== undefined && { claims }),
    };
  }

  #request(): Burst {
    const { routes } = this.#options;
    const route = pick(this.#random, routes);
    const method = this.#random() < 0.8 ? (route?.method ?? 'GET') : (pick(this.#random, methods) ?? 'GET');
    const path = `${route?.path ?? '/'}${pick(this.#random, pathTricks) ?? ''}`;
    const body = pick(this.#random, bodies) ?? '';
    const length = this.#random() < 0.8 ? [`Content-Length: ${Buffer.byteLength(body)}`] : [];
    const headers = ['Host: localhost', 'Connection: close', ...length, ...this.#headers()];
    const bytes = rawRequest({ method, path, headers, body });
    if (this.#random() < 0.5) return { bytes: Buffer.from(mutate(this.#random, bytes)), items: 1 };
    return { bytes, items: 1, waits: true };
  }

  #brokenHandshake(): Burst {
    return { bytes: Buffer.from(mutate(this.#random, this.#upgrade())), items: 1 };
  }

  #upgrade(): Buffer {
    const path = pick(this.#random, this.#options.sockets) ?? '/ws';
    return rawUpgrade(path, this.#random() < 0.6 ? this.#credential() : this.#headers());
  }

  #headers(): string[] {
    const tricks = Array.from({ length: this.#below(3) }, () => pick(this.#random, headerTricks) ?? '');
    return [...this.#credential(), ...tricks];
  }

  #credential(): string[] {
    const credential = pick(this.#random, this.#options.credentials);
    return credential === undefined || this.#random() < 0.1 ? [] : [`Authorization: Bearer ${credential}`];
  }

  #text(message?: Uint8Array): Buffer {
    return rawFrame({ opcode: 1, payload: message ?? this.#mutated(messages) });
  }

  #mutated(of: readonly Uint8Array[]): Uint8Array {
    return mutate(this.#random, pick(this.#random, of) ?? new Uint8Array());
  }

  #noise(): Buffer {
    return Buffer.from(Array.from({ length: 1 + this.#below(200) }, () => this.#below(256)));
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  get #random(): () => number {
    return this.#options.random;
  }
}

const pick = <T>(random: () => number, items: readonly T[]): T | undefined =>
  items[Math.floor(random() * items.length)];
