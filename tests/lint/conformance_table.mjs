// docs/websocket-conformance.md names each test of a protocol's section, and no test that there is not.
//   node conformance_table.mjs TABLE PROGRAM…   the programs list their tests
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { report } from './sources.mjs';

// "Suite.Test" for each line of --gtest_list_tests.
export function listedTests(text) {
  let suite = '';
  return text.split('\n').flatMap((line) => {
    const name = line.replace(/\s+#.*/, '').trimEnd();
    if (/^\w+\.$/.test(name)) suite = name;
    return /^ {2}\w/.test(name) && suite ? [suite + name.trim()] : [];
  });
}

export function check(path, table, tests) {
  const named = table.split('\n').flatMap((line, index) => [...line.matchAll(/`(\w+\.\w+)`/g)].map(([, test]) => [test, index + 1]));
  const there = new Set(tests);
  const inTable = new Set(named.map(([test]) => test));
  return [
    ...named.filter(([test]) => !there.has(test)).map(([test, line]) => ({ path, line, rule: `there is no test ${test}`, instead: 'name the one that holds the rule' })),
    ...tests.filter((test) => /^Rfc\d/.test(test) && !inTable.has(test)).map((test) => ({ path, line: 1, rule: `${test} is not in the table`, instead: 'add it to its section' })),
  ];
}

const [path, ...programs] = process.argv.slice(2);
const tests = programs.flatMap((program) => listedTests(execFileSync(program, ['--gtest_list_tests'], { encoding: 'utf8' })));
report('conformance_table', tests.length ? check(path, readFileSync(path, 'utf8'), tests) : [{ path, line: 1, rule: 'no program lists a test', instead: 'build them' }]);
