// Words that must not stand in the project, and files that grew too long. `node words.mjs [ROOT]` checks a tree.
import { resolve } from 'node:path';
import { files, lines, projectRoot, report } from './sources.mjs';

const code = ['h', 'cpp', 'ino', 'ts', 'tsx', 'js', 'mjs', 'sh', 'sql', 'cmake', 'dev', 'run'];
const prose = ['md', 'html', 'yaml', 'yml'];
const text = [...code, ...prose, 'txt', 'json', 'conf', 'in', 'acl', 'css', 'toml', 'Dockerfile'];

// The patterns, and the lines of words_selftest.mjs, are what is looked for, as data: no test is switched off by them and
// no work is announced. That is why this folder is not searched itself (checkWords).
const rules = [
  {
    in: code, below: 'tests/', pattern: /\bDISABLED_|\bGTEST_SKIP\b|\.(skip|only|todo)\(/,
    rule: 'a test that is switched off tests nothing', instead: 'mend it, or remove it and say why in the commit',
  },
  {
    in: code, below: 'tests/', pattern: /\b(EXPECT|ASSERT)_TRUE\(true\)|\bSUCCEED\(\)/,
    rule: 'a check that cannot fail checks nothing', instead: 'check what the test is about',
  },
  {
    in: code, pattern: /catch \(\.\.\.\) *\{ *\}/,
    rule: 'an exception vanishes here', instead: 'catch what you expect; count or log the rest',
  },
  {
    in: code, pattern: /\b(TODO|FIXME|XXX)\b/,
    rule: 'unfinished work does not hide in a comment', instead: 'do it, or write an issue',
  },
  {
    in: code, below: 'tests/', pattern: /\bsleep_(for|until)\s*\(|\bu?sleep\s*\(/,
    rule: 'a test that sleeps is slow on a fast machine and fails on a slow one',
    instead: 'wait for what you expect, with a timeout (tests/support), or move a fake clock',
  },
  {
    in: prose, pattern: /(?<!\b(?:not|nor|neither|no)\b.*)\b(certified|compliant)\b/i,
    rule: 'nobody has certified this software', instead: 'say what it does, and which document it follows',
  },
  {
    in: text, pattern: /(?<![\w.$}/-])\/(home|root|Users|work|workspace|mnt)\//,
    rule: 'a path of one machine', instead: 'use a path from the project, a setting or a temporary folder',
  },
];

// Longer than `maxLines`, with the reason.
const maxLines = 400;
const mayBeLong = {};

export function checkWords(root) {
  const violations = [];
  for (const path of files(root, text)) {
    if (path.startsWith('tests/lint/') || path.endsWith('package-lock.json')) continue;
    const extension = path.split(/[./]/).pop();
    const content = lines(root, path);
    if (code.includes(extension) && content.length - 1 > maxLines && !(path in mayBeLong)) {
      violations.push({
        path, line: content.length - 1, rule: `more than ${maxLines} lines`,
        instead: 'is there a second idea in it? Then a second file. If not, add it to mayBeLong with the reason',
      });
    }
    for (const { rule, instead, pattern, below = '', in: extensions } of rules) {
      if (!extensions.includes(extension) || !path.startsWith(below)) continue;
      content.forEach((line, index) => {
        if (pattern.test(line)) violations.push({ path, line: index + 1, rule, instead });
      });
    }
  }
  return violations;
}

if (process.argv[1]?.endsWith('words.mjs')) {
  report('words', checkWords(resolve(process.argv[2] ?? projectRoot)));
}
