// Runs the browser's tests against a demo of its own: FAJMA_PROGRAM is the program, the page stands beside it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDemo, stopDemo } from './demo.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'page');
const demo = await startDemo(process.env.FAJMA_PROGRAM);
let failed = false;
for (const file of ['page.test.mjs', 'alerts.test.mjs', 'docs.test.mjs']) {
  const test = spawn(process.execPath, ['--test', file], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, FAJMA_PAGE_URL: demo.page },
  });
  const [code] = await once(test, 'exit');
  failed ||= code !== 0;
}
const ended = await stopDemo(demo);
if (ended !== 0) console.error(`the demo ended with ${ended}`);
process.exitCode = failed || ended !== 0 ? 1 : 0;
