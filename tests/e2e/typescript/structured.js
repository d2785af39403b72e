// Calls tools of one MCP URL by every official TypeScript client, which check what they get against the list:
//   node structured.js URL '[["TOOL", {…}], …]'
// prints {"CLIENT": [{"structured": …, "text": …}, …], …}.
import { clients } from './clients.js';

const [url, calls] = process.argv.slice(2);
const seen = {};
for (const [name, { connect }] of Object.entries(clients)) {
  const { client } = await connect(url);
  await client.listTools();
  seen[name] = [];
  for (const [tool, args] of JSON.parse(calls)) {
    const result = await client.callTool({ name: tool, arguments: args });
    seen[name].push({ structured: result.structuredContent, text: result.content[0].text });
  }
  await client.close();
}
console.log(JSON.stringify(seen));
