export interface Origins {
  /** As configured, those without a pattern. */
  readonly exact: readonly string[];
  /** One regular expression for those with a pattern, anchored; `undefined` when there is none. */
  readonly pattern: string | undefined;
}

/** A name or number between the dots and colons of an origin; `*` stands for one or more of them joined by dots. */
const wildcard = '[a-z0-9-]+(?:\\.[a-z0-9-]+)*';
const escape = (literal: string) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Parses `ALLOWED_ORIGINS`: comma-separated origins, in which `*` is a pattern. A lone `*` allows every origin. */
export function parseOrigins(list: string): Origins {
  const origins = list
    .split(',')
    .map((origin) => origin.trim().replace(/\/$/, '').toLowerCase())
    .filter((origin) => origin !== '');
  const wrong = origins.find((origin) => origin !== '*' && !/^[a-z][a-z0-9+.-]*:\/\/[^/\s?#@]+$/.test(origin));
  if (wrong !== undefined) {
    throw new Error(
      `must be origins such as https://example.org, separated by commas; ${JSON.stringify(wrong)} is none`,
    );
  }
  const patterns = origins
    .filter((origin) => origin.includes('*'))
    .map((origin) => (origin === '*' ? '.*' : origin.split('*').map(escape).join(wildcard)));
  return {
    exact: origins.filter((origin) => !origin.includes('*')),
    pattern: patterns.length > 0 ? `^(?:${patterns.join('|')})$` : undefined,
  };
}

/** How a request reached the server. */
export interface Reached {
  /** The request's own `Host`. */
  readonly host: string | undefined;
  /** What a trusted proxy says that the browser used; `undefined` where nobody does. */
  readonly scheme?: string | undefined;
}

/** Whether a page from `origin` may use the server. */
export function originAllowed({ exact, pattern }: Origins, origin: string, { host, scheme }: Reached): boolean {
  const asked = origin.toLowerCase();
  // A proxy that speaks TLS for this server need not say so.
  const schemes = scheme === undefined ? ['http', 'https'] : [scheme];
  const own = Boolean(host) && schemes.some((candidate) => asked === ownOrigin(candidate, host ?? ''));
  return own || exact.includes(asked) || (pattern !== undefined && new RegExp(pattern).test(asked));
}

/** As a browser writes it: without the port that the scheme has anyway. */
function ownOrigin(scheme: string, host: string): string {
  const usual = scheme === 'https' ? /:443$/ : /:80$/;
  return `${scheme}://${host.toLowerCase().replace(usual, '')}`;
}
