// One `tidegate demo` for a test file: `const demo = await startDemo()`, and `demo.stop()` at the end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

export async function startDemo() {
  const program = binary();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tidegate-e2e-'));
  const child = spawn(program, ['demo', '--json', '--listen', '127.0.0.1:0'], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-10_000)));
  // `close` and not `exit`: by then all of the log has arrived.
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]) => line),
    ended.then((how) => Promise.reject(new Error(`tidegate demo ended with ${how}: ${log}`))),
  ]);
  const demo = JSON.parse(line);
  const base = demo.listen.includes('://') ? demo.listen : `http://${demo.listen}`;
  // Tests are faster than agents: the vendor's limit of ten requests a second would stop them.
  await fetch(`${demo.sandboxes.sendoso}/__sandbox/settings`, {
    method: 'POST',
    body: JSON.stringify({ core_requests_per_second: 0 }),
  });
  return {
    ...demo,
    url: demo.mcp_servers.sendoso.url,

    /** Creates an MCP server over the demo's account and returns what the API shows of it. */
    async createServer(config) {
      const response = await fetch(`${base}/integrated-account/${demo.accounts.sendoso}/mcp`, {
        method: 'POST',
        headers: { authorization: `Bearer ${demo.api_token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'test', config }),
      });
      if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
      return response.json();
    },

    /** Rejects unless the demo ends well. */
    async stop() {
      child.kill('SIGTERM');
      const how = await ended;
      rmSync(folder, { recursive: true });
      if (how !== 0) throw new Error(`tidegate demo ended with ${how}: ${log}`);
    },
  };
}

/** The caller's environment without settings that would reach the binary. */
export function cleanEnvironment() {
  const isSetting = (name) => name.startsWith('TIDEGATE_') || name.startsWith('RUST_LOG');
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isSetting(name)));
}

/** `TIDEGATE_BIN`, or the newest build. */
export function binary() {
  if (process.env.TIDEGATE_BIN) return process.env.TIDEGATE_BIN;
  const built = ['release', 'debug'].map((profile) => path.join(root, 'target', profile, 'tidegate')).filter(existsSync);
  if (built.length === 0) throw new Error('no tidegate: run `cargo build --bin tidegate`, or set TIDEGATE_BIN');
  return built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}
