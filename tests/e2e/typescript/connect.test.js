// `tidegate connect` as both official TypeScript clients start it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import * as v2 from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import * as v1 from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';

import { binary, cleanEnvironment, startDemo } from './demo.js';

const info = { name: 'tidegate-tests', version: '1.0.0' };

const clients = {
  'sdk 1': { revision: '2025-11-25', make: () => new v1.Client(info), Stdio: Stdio1 },
  'client 2, legacy': { revision: '2025-11-25', make: () => second('legacy'), Stdio: Stdio2 },
  'client 2, auto': { revision: '2026-07-28', make: () => second('auto'), Stdio: Stdio2 },
  'client 2, pinned': { revision: '2026-07-28', make: () => second({ pin: '2026-07-28' }), Stdio: Stdio2 },
};

function second(mode) {
  return new v2.Client(info, { capabilities: {}, versionNegotiation: { mode } });
}

let demo;
before(async () => {
  demo = await startDemo();
});
after(async () => {
  await demo?.stop();
});

for (const [name, { revision, make, Stdio }] of Object.entries(clients)) {
  test(`${name} agrees on ${revision}, lists, calls and leaves no process behind`, async () => {
    const client = make();
    const transport = new Stdio({ command: binary(), args: ['connect', demo.url], env: cleanEnvironment() });
    let agreed;
    transport.setProtocolVersion = (version) => (agreed = version);
    await client.connect(transport);
    const { pid } = transport;
    assert.equal(client.getNegotiatedProtocolVersion?.() ?? agreed, revision);
    assert.equal((await client.listTools()).tools.length, 20);
    const result = await client.callTool({ name: 'list_all_sendoso_me', arguments: {} });
    assert.equal(JSON.parse(result.content[0].text).result.length, 1);
    await client.close();
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });
}
