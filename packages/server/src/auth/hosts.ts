import ipaddr from 'ipaddr.js';

/** Whether `host`, a name or an address without a port, is this machine and nothing else. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost') return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

/**
 * Whether a `Host` header names this machine. A page of a name that was made to lead here by DNS has another; a browser
 * resolves `localhost` and what ends in `.localhost` itself.
 */
export function isLocalHost(header: string | undefined): boolean {
  const [, name] = /^(\[[^\]]+\]|[^:]+)(?::\d{1,5})?$/.exec(header ?? '') ?? [];
  if (name === undefined) return false;
  return isLoopback(name) || name.toLowerCase().endsWith('.localhost');
}
