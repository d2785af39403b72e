// One official TypeScript client against one MCP URL, for the client matrix:
//   node client.js NAME URL HEADERS TOOL ROUNDS
// connects, lists and calls TOOL as often as ROUNDS says, and prints {"revision", "rounds": [{"tools", "answer"}]}.
import { clients } from './clients.js';

const [name, url, headers, tool, rounds] = process.argv.slice(2);
const { client, revision } = await clients[name].connect(url, JSON.parse(headers));
const seen = [];
for (let round = 0; round < Number(rounds); round++) {
  const { tools } = await client.listTools();
  const result = await client.callTool({ name: tool, arguments: {} });
  if (result.isError) throw new Error(result.content[0].text);
  seen.push({ tools: tools.length, answer: JSON.parse(result.content[0].text) });
}
await client.close();
console.log(JSON.stringify({ revision, rounds: seen }));
