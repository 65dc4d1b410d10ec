// The project's own files: what the checks read. As a program: the .cpp files for clang-tidy.
//   node sources.mjs --compiled [REV]   those in build/tidy's compile commands; with REV, those that changed since
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

// What is built, downloaded or secret.
const skipped = new Set(['.git', 'build', 'dist', 'node_modules', 'secrets', '.pio', '.cache']);

// All files below `root` with one of these extensions (all files, if none are given), as paths from `root`.
export function files(root, extensions = []) {
  const found = [];
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) visit(path);
      } else if (entry.isFile() && (!extensions.length || extensions.includes(entry.name.split('.').pop()))) {
        found.push(path);
      }
    }
  };
  visit('');
  return found.sort();
}

export const cppExtensions = ['h', 'cpp', 'ino'];
export const cppFiles = (root) => files(root, cppExtensions);

export const lines = (root, path) => readFileSync(join(root, path), 'utf8').split('\n');

// Prints the violations and ends the program with 1 if there are any.
export function report(check, violations) {
  for (const { path, line, rule, instead } of violations) {
    console.log(`${path}:${line}: ${rule}\n    ${instead}`);
  }
  if (violations.length) {
    console.log(`${check}: ${violations.length} to mend`);
    process.exit(1);
  }
  console.log(`${check}: fine`);
}

function git(...args) {
  return execFileSync('git', ['-C', projectRoot, ...args], { encoding: 'utf8' }).split('\n').filter(Boolean);
}

function compiledFiles(revision) {
  const database = JSON.parse(readFileSync(join(projectRoot, 'build/tidy/compile_commands.json'), 'utf8'));
  const sources = database.map((entry) => relative(projectRoot, entry.file));
  // What the build itself writes is not there yet, and nobody's to mend.
  const compiled = [...new Set(sources)].filter((path) => !path.startsWith('build/'));
  if (!revision) return compiled;
  const changed = new Set([
    ...git('diff', '--name-only', revision),
    ...git('ls-files', '--others', '--exclude-standard'),
  ]);
  const includesChanged = (path) =>
    lines(projectRoot, path).some((line) => changed.has(line.match(/^#include "(.*)"/)?.[1]));
  return compiled.filter((path) => changed.has(path) || includesChanged(path));
}

if (process.argv[2] === '--compiled') {
  for (const path of compiledFiles(process.argv[3])) console.log(path);
}
