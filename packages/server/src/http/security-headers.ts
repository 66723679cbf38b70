import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** What the page needs, and nothing else: what somebody managed to write into it is neither run nor sent anywhere. */
const policy = {
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'worker-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'"],
    'font-src': ["'self'"],
    'connect-src': ["'self'"],
    // A file that is played while it is transcribed.
    'media-src': ["'self'", 'blob:'],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'self'"],
  },
} satisfies FastifyHelmetOptions['contentSecurityPolicy'];

const options: FastifyHelmetOptions = {
  contentSecurityPolicy: policy,
  // The address may hold a token.
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'sameorigin' },
  // For whoever speaks TLS to decide: this server does not, and the header would outlive a mistake by a year.
  strictTransportSecurity: false,
};

const permissions = 'microphone=(self), display-capture=(self), screen-wake-lock=(self), camera=(), geolocation=()';

/** Headers that have browsers keep to what the page is for. */
export async function addSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, options);
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('permissions-policy', permissions);
  });
}
