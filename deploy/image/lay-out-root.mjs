// node lay-out-root.mjs DIR: lays out the root file system of the image from a built project in the working directory.
// The same input gives the same bytes, modes and times: SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/).
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

const [root] = process.argv.slice(2)
const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? 0)

// Where the runtime mounts something, and a user to be.
for (const directory of ['dev', 'etc', 'host/cgroup', 'host/proc', 'proc', 'sys', 'tmp', 'var/lib/shimscope'])
  mkdirSync(join(root, directory), { recursive: true })
writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/nonexistent\nnobody:x:65534:65534:nobody:/:/nonexistent\n')
writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n')

put(process.execPath, '/usr/bin/node')
// What the loader has loaded for us is what it will look for; the first is no file but a part of the kernel.
for (const library of process.report.getReport().sharedObjects)
  if (library.startsWith('/')) put(realpathSync(library), library)

const program = join(root, 'opt/shimscope')
for (const part of ['dist', 'runbooks', 'package.json', 'LICENSE'])
  cpSync(part, join(program, part), { recursive: true })
// Types, sources of what was compiled, and words: nobody reads them there. Licenses stay.
const needless =
  /\.(?:[cm]?ts|map|md|markdown)$|\/(?:test|tests|benchmarks?|docs|examples?|\.github)$|\/node_modules\/\.(?:bin|package-lock\.json)$/
cpSync('node_modules', join(program, 'node_modules'), {
  recursive: true,
  filter: (path) => !needless.test(`/${path}`) || /license/i.test(path),
})
settle(root)

function put(file, at) {
  mkdirSync(dirname(join(root, at)), { recursive: true })
  copyFileSync(file, join(root, at))
}

/** Modes and times, from the leaves to the root: a directory's time changes with what is put into it. */
function settle(path) {
  const facts = lstatSync(path)
  if (facts.isDirectory()) for (const name of readdirSync(path)) settle(join(path, name))
  if (!facts.isSymbolicLink()) chmodSync(path, facts.isDirectory() || facts.mode & 0o100 ? 0o755 : 0o644)
  lutimesSync(path, epoch, epoch)
}
