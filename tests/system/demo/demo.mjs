// Starts a program's demo and ends it; what the tests of the whole program share. No packages.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts `fajma demo` on free ports. Resolves when it has printed both of its addresses. */
export async function startDemo(program, flags = [], environment = {}) {
  const child = spawn(program, ['demo', '--http-address', '127.0.0.1:0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const begun = Date.now();
  const addresses = {};
  const lines = [];
  const timeout = setTimeout(() => child.kill('SIGKILL'), 60_000);
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const match = /^(page|mqtt) (\S+)$/.exec(line);
    if (match) addresses[match[1]] = match[2];
    if (addresses.page && addresses.mqtt) break;
  }
  clearTimeout(timeout);
  if (!addresses.mqtt) throw new Error('the demo ended before it was ready');
  return { child, begun, page: addresses.page, mqtt: addresses.mqtt, lines };
}

/** Ends it as Ctrl-C does. Resolves with its exit code, or with the signal that killed it. */
export async function stopDemo(demo) {
  if (demo.child.exitCode !== null) return demo.child.exitCode;
  demo.child.kill('SIGINT');
  const [code, signal] = await once(demo.child, 'exit');
  return signal ?? code;
}
