// One URL, both official TypeScript clients, both eras of MCP.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { clients } from './clients.js';
import { startDemo } from './demo.js';

/** The JSON that a tool answered. */
function answer(result) {
  assert.equal(result.isError ?? false, false, result.content[0].text);
  return JSON.parse(result.content[0].text);
}

let demo;
before(async () => {
  demo = await startDemo();
});
after(async () => {
  await demo?.stop();
});

for (const [name, { connect, revision }] of Object.entries(clients)) {
  describe(name, () => {
    test('agrees on the revision and lists the twenty Sendoso tools', async () => {
      const { client, revision: agreed } = await connect(demo.url);
      assert.equal(agreed, revision);
      const { tools, nextCursor } = await client.listTools();
      assert.equal(tools.length, 20);
      assert.equal(nextCursor, undefined);
      assert.ok(tools.every((tool) => tool.annotations?.title && tool.description));
      await client.close();
    });

    test('finds a campaign, sends an eGift and sees the send', async () => {
      const { client } = await connect(demo.url);
      const call = (tool, args) => client.callTool({ name: tool, arguments: args });
      const email = `sarah.${Date.now()}@example.com`;
      const campaigns = answer(await call('list_all_sendoso_campaigns', { delivery_type: 'email' }));
      const campaign = campaigns.result.find((one) => one.name === 'Prospect Coffee');
      const sent = answer(await call('create_a_sendoso_egift', { touch_id: campaign.id, email }));
      assert.match(sent.tracking_url, /^https:\/\/app\.sendoso\.com\/track\/[0-9a-f]{40}$/);
      const sends = answer(await call('list_all_sendoso_sends', {}));
      assert.deepEqual(sends.result.find((one) => one.recipient.email === email)?.touch, {
        id: campaign.id,
        name: 'Prospect Coffee',
      });
      await client.close();
    });

    test('is told every violation of a wrong call', async () => {
      const { client } = await connect(demo.url);
      const result = await client.callTool({ name: 'create_a_sendoso_egift', arguments: { touch_id: 'coffee', address: 'x' } });
      assert.equal(result.isError, true);
      const { error } = result.structuredContent;
      assert.equal(error.code, 'invalid_arguments');
      for (const argument of ['touch_id', 'email', 'address']) {
        assert.ok(JSON.stringify(error.details).includes(argument), argument);
      }
      await client.close();
    });

    test('cannot call a tool that the filter hides', async () => {
      const { url } = await demo.createServer({ methods: ['read'] });
      const { client } = await connect(url);
      const { tools } = await client.listTools();
      assert.ok(tools.every((tool) => tool.annotations.readOnlyHint));
      await assert.rejects(
        client.callTool({ name: 'create_a_sendoso_egift', arguments: { touch_id: 77, email: 'a@b.example' } }),
        (error) => error.code === -32602,
      );
      await client.close();
    });

    test('gets in with a second token where one is asked for, and not without', async () => {
      const { url } = await demo.createServer({ require_api_token_auth: true });
      await assert.rejects(connect(url));
      const { client } = await connect(url, { Authorization: `Bearer ${demo.api_token}` });
      assert.equal((await client.listTools()).tools.length, 20);
      await client.close();
    });
  });
}
