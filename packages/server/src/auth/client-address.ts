import type { IncomingMessage } from 'node:http';
import { all, compile } from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';

/** Whether the `hop`th address before this server, from 0, is a proxy that says the truth. */
export type Trust = (address: string, hop: number) => boolean;

/** Parses `TRUST_PROXY`. */
export function parseTrust(value: string): Trust {
  if (/^\d{1,2}$/.test(value)) return (_, hop) => hop < Number(value);
  try {
    return compile(value.split(',').map((part) => part.trim()));
  } catch (cause) {
    const expected = 'loopback, linklocal, uniquelocal, addresses, networks such as 10.0.0.0/8, or a number of hops';
    throw new Error(`must be ${expected}`, { cause });
  }
}

export interface ClientAddress {
  /** As limits count it: an IPv4 address, or the network of an IPv6 one, of which one client has 2⁶⁴. */
  readonly network: string;
  readonly isLoopback: boolean;
}

/** Where a request is from, as far as trusted proxies tell. */
export function clientAddress(request: IncomingMessage, trust: Trust | undefined): ClientAddress {
  const address = trust ? all(request, trust).at(-1) : request.socket.remoteAddress;
  return networkOf(address ?? '');
}

/** What a trusted proxy says that the browser used: `http` or `https`. */
export function forwardedScheme(request: IncomingMessage, trust: Trust | undefined): string | undefined {
  if (!trust?.(request.socket.remoteAddress ?? '', 0)) return undefined;
  const said = request.headers['x-forwarded-proto'];
  const [first] = (Array.isArray(said) ? said[0] : said)?.split(',') ?? [];
  return first?.trim().toLowerCase();
}

export function networkOf(address: string): ClientAddress {
  // What a proxy has written may be no address at all.
  if (!ipaddr.isValid(address)) return { network: address === '' ? 'unknown' : 'invalid', isLoopback: false };
  const parsed = ipaddr.process(address);
  const isLoopback = parsed.range() === 'loopback';
  if (parsed.kind() === 'ipv4') return { network: parsed.toString(), isLoopback };
  const bytes = parsed.toByteArray().fill(0, 8);
  return { network: `${ipaddr.fromByteArray(bytes).toString()}/64`, isLoopback };
}
