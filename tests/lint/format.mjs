// All our C++ as .clang-format has it. `--fix` writes it so.
import { spawnSync } from 'node:child_process';
import { cppFiles, projectRoot, report } from './sources.mjs';

const fix = process.argv[2] === '--fix';
const flags = fix ? ['-i'] : ['--dry-run'];
const { error, status, stderr } = spawnSync('clang-format', ['--style=file', ...flags, ...cppFiles(projectRoot)], {
  cwd: projectRoot,
  encoding: 'utf8',
  maxBuffer: 1 << 28,
});
if (error) throw error;
if (status) throw new Error(stderr);

// The first place in each file is enough to go by.
const places = new Map();
for (const [, path, line] of stderr.matchAll(/^(.+?):(\d+):\d+: warning: .*\[-Wclang-format-violations\]$/gm)) {
  if (!places.has(path)) places.set(path, { path, line, rule: 'not in the format', instead: './dev format mends it' });
}
report('format', [...places.values()]);
