// The word check is able to fail: each row is one line of one file, and what must be said of it.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { checkWords } from './words.mjs';

// Written into files of a temporary folder, and read by the check alone: none of them is compiled, run or left behind.
const cases = [
  ['tests/unit/mac_test.cpp', 'TEST(Mac, DISABLED_Parses) {}', /switched off/],
  ['tests/unit/mac_test.cpp', '  GTEST_SKIP();', /switched off/],
  ['web/src/ward.ts', 'list.skip(3);', null],
  ['tests/system/page/page.test.mjs', "test.skip('shows a reading', () => {});", /switched off/],
  ['tests/unit/mac_test.cpp', 'EXPECT_TRUE(true);', /cannot fail/],
  ['bridge/source.cpp', 'try { Run(); } catch (...) {}', /vanishes/],
  ['core/domain/mac.cpp', '// TODO: colons', /unfinished/],
  ['tests/unit/mac_test.cpp', 'std::this_thread::sleep_for(1s);', /sleeps/],
  ['core/runtime/clock.cpp', 'std::this_thread::sleep_for(1s);', null],
  ['docs/operations.md', 'FAJMA is MDR compliant.', /certified/],
  ['docs/operations.md', 'FAJMA is not a certified medical device.', null],
  ['docs/operations.md', 'See /home/me/notes.', /path of one machine/],
  ['docs/operations.md', 'See https://example.org/home/me/.', null],
  ['core/domain/mac.cpp', '\n'.repeat(399), null],
  ['core/domain/mac.cpp', '\n'.repeat(400), /more than 400 lines/],
];

for (const [path, content, expected] of cases) {
  test(`${path}: ${content.trim() || content.length + ' lines'}`, (context) => {
    const root = mkdtempSync(join(tmpdir(), 'fajma-words-'));
    context.after(() => rmSync(root, { recursive: true }));
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), `${content}\n`);

    const found = checkWords(root);

    assert.equal(found.length, expected ? 1 : 0, JSON.stringify(found));
    if (expected) assert.match(found[0].rule, expected);
  });
}
