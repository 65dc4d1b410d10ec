// Who may include whom, as data (docs/architecture has the picture). Every arrow ends at core/domain; bridge and api
// meet only in core; a library's headers stay in one folder. `node layers.mjs [ROOT]` checks a tree.
import { posix, resolve } from 'node:path';
import { cppFiles, lines, projectRoot, report } from './sources.mjs';

const shared = ['core/domain', 'core/json', 'core/runtime'];
const doorsUse = [...shared, 'core/journal', 'core/ingest', 'core/alerts', 'core/store', 'core/bus', 'core/commands'];

// Folder → the folders that it may include, besides itself. '*': all of ours. A file is in the longest folder that fits.
const mayInclude = {
  'core/domain': [],
  'core/json': ['core/domain'],
  'core/runtime': ['core/domain'],
  'core/journal': ['core/domain', 'core/runtime'],
  'core/alerts': ['core/domain'],
  'core/store': shared.concat('core/alerts'),
  'core/bus': shared,
  'core/commands': ['core/domain', 'core/runtime', 'core/store'],
  'core/retention': ['core/domain', 'core/runtime', 'core/store'],
  'core/ingest': [...shared, 'core/journal', 'core/alerts', 'core/store', 'core/bus'],
  'bridge': doorsUse,
  'api/http': shared,
  'api/auth': [...shared, 'core/store', 'api/http'],
  'api/ws': [...doorsUse, 'api/http', 'api/auth'],
  'api/rest': [...doorsUse, 'api/http', 'api/auth'],
  'firmware': [],
  'cli': '*',
  'tests': '*',
};

// Concrete stores and buses: these files are named by their own folder, cli and tests; others take the interface.
const concrete = {
  headers: /^core\/(store\/(sql|sqlite|postgres|postgresql)_|bus\/(in_process|redis)_)/,
  allowed: ['core/store', 'core/bus', 'cli', 'tests'],
};

// A library's headers → the folders that may include them.
const libraries = [
  { name: 'RapidJSON', headers: /^rapidjson\//, allowed: ['core/json'] },
  { name: 'SOCI', headers: /^soci\//, allowed: ['core/store'] },
  { name: 'SQLite', headers: /^sqlite3\.h$/, allowed: ['core/store'] },
  { name: 'libpq', headers: /^(libpq-fe\.h|postgresql\/)/, allowed: ['core/store'] },
  { name: 'hiredis', headers: /^hiredis\//, allowed: ['core/bus'] },
  { name: 'Paho', headers: /^(mqtt\/|MQTT\w+\.h)/, allowed: ['bridge'] },
  { name: 'Pistache', headers: /^pistache\//, allowed: ['api/http'] },
  { name: 'wslay', headers: /^wslay\//, allowed: ['api/ws'] },
  { name: 'libsodium', headers: /^sodium(\.h|\/)/, allowed: ['api/auth'] },
  { name: 'OpenSSL', headers: /^openssl\//, allowed: ['api/auth', 'api/http', 'api/ws', 'core/store'] }, // the handshake's SHA-1; the audit's chain
  { name: 'spdlog', headers: /^(spdlog|fmt)\//, allowed: ['core/runtime'] },
  { name: 'CLI11', headers: /^CLI\//, allowed: ['cli'] },
  { name: 'zlib', headers: /^zlib\.h$/, allowed: ['core/journal', 'api/ws'] }, // CRC-32; permessage-deflate
  { name: 'GoogleTest', headers: /^(gtest|gmock)\//, allowed: ['tests'] },
];

const standard = /^[a-z_]+$/; // as <vector>
const cStandard = /^(math|stdint|stdio|stdlib|string|time)\.h$/;
const posixHeader =
  /^(sys|netinet|arpa|net|linux)\/|^(dirent|errno|fcntl|grp|ifaddrs|libgen|netdb|poll|pthread|pwd|sched|signal|spawn|syslog|termios|unistd)\.h$/;
// Pure folders: no operating system in them, so that they run the same anywhere, tests and an ESP32 included.
const pure = ['core/domain', 'core/json', 'core/alerts', 'firmware/core'];
// Anything goes here: the ESP32's own libraries, and the stand-ins for them.
const free = ['tests', 'firmware/esp32', 'firmware/host'];

const under = (path, folder) => path === folder || path.startsWith(`${folder}/`);
const isIn = (path, folders) => folders.some((folder) => under(path, folder));
const folderOf = (path) =>
  Object.keys(mayInclude)
    .filter((folder) => under(path, folder))
    .sort((a, b) => b.length - a.length)[0];

function checkOurs(path, folder, header) {
  const target = folderOf(header);
  if (!target) return; // found by the check of that file itself
  const allowed = mayInclude[folder];
  if (target !== folder && allowed !== '*' && !allowed.includes(target)) {
    const list = allowed.length ? allowed.join(', ') : 'nothing but itself';
    return {
      rule: `${folder} includes ${header}, but may include only: ${list}`,
      instead: isIn(target, ['api', 'bridge'])
        ? 'the doors meet in core/ingest, core/store and core/bus: move what both need there, or pass it in from cli'
        : `move what is shared towards core/domain, or let whoever builds ${folder} pass it in`,
    };
  }
  if (concrete.headers.test(header) && !isIn(path, concrete.allowed)) {
    return {
      rule: `${header} is a concrete store or bus, which only cli names`,
      instead: 'include its interface (core/store/*_store.h, core/bus/event_bus.h) and take a reference to it',
    };
  }
}

function checkForeign(path, header) {
  if (isIn(path, free) || standard.test(header) || cStandard.test(header)) return;
  const library = libraries.find((entry) => entry.headers.test(header));
  if (library && !isIn(path, library.allowed)) {
    return {
      rule: `${library.name} is included in ${library.allowed.join(', ')} only`,
      instead: 'call what that folder offers in its own headers, or add the function there',
    };
  }
  if (library) return;
  if (!posixHeader.test(header)) {
    return {
      rule: `<${header}> belongs to no library that the project has`,
      instead: 'add its row to tests/lint/layers.mjs, with the one folder that may include it',
    };
  }
  if (isIn(path, pure)) {
    return {
      rule: `<${header}> is the operating system's, and this folder is pure`,
      instead: 'use the standard library, or put what needs it into core/runtime or the adapter that calls',
    };
  }
}

// Where a quoted include points: from the root, or beside the file that includes it.
function resolveQuoted(path, header) {
  return folderOf(header) ? header : posix.normalize(`${posix.dirname(path)}/${header}`);
}

export function checkLayers(root) {
  const violations = [];
  for (const path of cppFiles(root)) {
    const folder = folderOf(path);
    if (!folder) {
      violations.push({
        path, line: 1, rule: 'this folder is in no layer',
        instead: 'move the file, or add the folder to the table in tests/lint/layers.mjs',
      });
      continue;
    }
    lines(root, path).forEach((text, index) => {
      const match = text.match(/^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)/);
      if (!match) return;
      const found = match[1]
        ? checkOurs(path, folder, resolveQuoted(path, match[1]))
        : checkForeign(path, match[2]);
      if (found) violations.push({ path, line: index + 1, ...found });
    });
  }
  return violations;
}

if (process.argv[1]?.endsWith('layers.mjs')) {
  report('layers', checkLayers(resolve(process.argv[2] ?? projectRoot)));
}
