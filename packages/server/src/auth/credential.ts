import type { IncomingHttpHeaders } from 'node:http';

/** As a sub-protocol: the one thing beside the address that a page can give its WebSocket. */
const inProtocol = 'token.';
/** The sub-protocol that is answered; the one with the token is never repeated. */
export const ourProtocol = 'live-transcribe';

/** The secret that a request brings: in a header, as a sub-protocol, or in its address. */
export function credentialOf(headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined {
  const [, bearer] = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  const offered = headers['sec-websocket-protocol']?.split(',').map((protocol) => protocol.trim());
  const token = offered?.find((protocol) => protocol.startsWith(inProtocol));
  if (token !== undefined) return token.slice(inProtocol.length);
  return query.get('token') ?? undefined;
}

/** The sub-protocol to answer with; `false` for none. */
export function chooseProtocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(ourProtocol)) return ourProtocol;
  return [...offered].find((protocol) => !protocol.startsWith(inProtocol)) ?? false;
}
