// The official TypeScript clients, each way they connect. `connect(url, headers)` gives a connected client and the
// revision that it agreed on; `revision` is the one that it should.
import * as v2 from '@modelcontextprotocol/client';
import * as v1 from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const info = { name: 'tidegate-tests', version: '1.0.0' };

export const clients = {
  'sdk 1, initialize': firstGeneration(
    (url, headers) => new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
  ),
  'sdk 1, HTTP+SSE': firstGeneration(
    (url, headers) => new SSEClientTransport(new URL(url), { requestInit: { headers } }),
  ),
  'client 2, legacy': secondGeneration('legacy', '2025-11-25'),
  'client 2, auto': secondGeneration('auto', '2026-07-28'),
  'client 2, pinned': secondGeneration({ pin: '2026-07-28' }, '2026-07-28'),
};

function firstGeneration(transportTo) {
  return {
    revision: '2025-11-25',
    async connect(url, headers = {}) {
      const client = new v1.Client(info);
      const transport = transportTo(url, headers);
      // Only one of the transports can be asked what was agreed on; the client tells both.
      let revision;
      const told = transport.setProtocolVersion.bind(transport);
      transport.setProtocolVersion = (agreed) => {
        revision = agreed;
        told(agreed);
      };
      await client.connect(transport);
      return { client, revision };
    },
  };
}

function secondGeneration(mode, revision) {
  return {
    revision,
    async connect(url, headers = {}) {
      const client = new v2.Client(info, { capabilities: {}, versionNegotiation: { mode } });
      await client.connect(new v2.StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
      return { client, revision: client.getNegotiatedProtocolVersion() };
    },
  };
}
