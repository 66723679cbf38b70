import type { SocketMessages } from '@live-transcribe/protocols';
import { type JsonObject, JsonSchemas } from './json-schema.ts';

type Side = 'client' | 'server';

/** The WebSockets as an AsyncAPI 3.0 document: what this server receives, and what it sends. */
export function asyncApi(sockets: readonly SocketMessages[], version: string): JsonObject {
  const schemas = new JsonSchemas('#/components/schemas/');
  const messages = Object.assign({}, ...sockets.map((socket) => messagesOf(socket, schemas)));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'live-transcribe',
      version,
      description: 'Audio in, partial and final texts out. The HTTP interface is described by /openapi.json.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(sockets.map((socket) => [nameOf(socket), channel(socket)])),
    operations: Object.fromEntries(sockets.flatMap((socket) => [hear(socket), tell(socket)])),
    components: { messages, schemas: schemas.named },
  };
}

/** `/v1/transcriptions` is `v1-transcriptions`. */
const nameOf = ({ path }: SocketMessages): string => path.slice(1).replaceAll('/', '-');

const messageId = (socket: SocketMessages, side: Side, name: string) => `${nameOf(socket)}.${side}.${name}`;

/** Binary messages are of the client's. */
const namesOf = (socket: SocketMessages, side: Side): string[] =>
  side === 'client' ? [...Object.keys(socket.client), 'audio'] : Object.keys(socket.server);

function messagesOf(socket: SocketMessages, schemas: JsonSchemas): JsonObject {
  const described = (['client', 'server'] as const).flatMap((side) =>
    Object.entries(socket[side]).map(([name, schema]) => {
      const { description, ...payload } = schemas.of(schema, side === 'client' ? 'input' : 'output');
      return [messageId(socket, side, name), { name, summary: description, payload }] as const;
    }),
  );
  const audio = {
    name: 'audio',
    summary: 'Audio: a container, or raw as declared.',
    contentType: 'application/octet-stream',
    payload: { type: 'string', format: 'binary' },
  };
  return { ...Object.fromEntries(described), [messageId(socket, 'client', 'audio')]: audio };
}

function channel(socket: SocketMessages): JsonObject {
  const ids = (['client', 'server'] as const).flatMap((side) =>
    namesOf(socket, side).map((name) => messageId(socket, side, name)),
  );
  return {
    address: socket.path,
    messages: Object.fromEntries(ids.map((id) => [id, { $ref: `#/components/messages/${id}` }])),
  };
}

const hear = (socket: SocketMessages) => [`${nameOf(socket)}.hear`, operation(socket, 'client', 'receive')] as const;

const tell = (socket: SocketMessages) => [`${nameOf(socket)}.tell`, operation(socket, 'server', 'send')] as const;

function operation(socket: SocketMessages, side: Side, action: 'receive' | 'send'): JsonObject {
  const at = `#/channels/${nameOf(socket)}`;
  return {
    action,
    channel: { $ref: at },
    messages: namesOf(socket, side).map((name) => ({ $ref: `${at}/messages/${messageId(socket, side, name)}` })),
  };
}
