/** A file of the repository: its path from the root, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

export interface Habit {
  readonly name: string
  /** Which files it is about. */
  about(path: string): boolean
  /** The lines that offend, as a person should read them. */
  offences(file: SourceFile): readonly string[]
}

const unwanted = new Set(
  'util utils utility helper helpers manager service handler data info misc common lib stuff'.split(' '),
)

const inSource = (path: string): boolean => path.startsWith('src/') && path.endsWith('.ts')
const inCore = (path: string): boolean => inSource(path) && path.startsWith('src/core/')
const readsTheWorld = (path: string): boolean => path.startsWith('src/sources/')

export const habits: readonly Habit[] = [
  {
    name: 'a name says what a file is about',
    about: (path) => /^(?:src|test)\//.test(path),
    offences: ({ path }) => path.split(/[/.-]/).filter((word) => unwanted.has(word)),
  },
  {
    name: 'text is parsed at the door: the core splits lines and fields in procfs/ only',
    about: (path) => inCore(path) && !path.startsWith('src/core/procfs/'),
    offences: lines(/\.split\(\s*(?:['"`](?::|\\n|\\0|\\t|\s*)['"`]|\/\\s)/),
  },
  {
    name: 'the world is an argument: the core has no clock and no dice',
    about: inCore,
    offences: lines(/\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(\)|\bMath\.random\b|\bimport\.meta\b/),
  },
  {
    name: 'the process file system is where --path.procfs says: no call opens it by a fixed name',
    about: inSource,
    offences: lines(
      /\b(?:(?:open|stat|lstat|readlink|readdir|opendir|exists|access|readFile)Sync|readFile|readdir|readlink|opendir|watch|createReadStream)\(\s*['"`]\/(?:proc|sys)\b/,
    ),
  },
  {
    name: 'the agent and the outputs know no path of the node',
    about: (path) => inSource(path) && /^src\/(?:agent|outputs|journal)\//.test(path) && !readsTheWorld(path),
    offences: lines(/['"`]\/(?:proc|sys\/fs)\//),
  },
  {
    name: 'order is written: no import for its side effect',
    about: (path) => inSource(path) && !path.startsWith('src/outputs/web/page/'),
    offences: lines(/^\s*import\s+['"]/),
  },
]

function lines(pattern: RegExp): (file: SourceFile) => readonly string[] {
  return ({ text }) =>
    withoutComments(text)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`line ${index + 1}: ${line.trim()}`] : []))
}

/** Blanks comments and keeps the line numbers. A `//` inside a string is kept when a quote or a colon comes before it. */
export function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/(^|[\s;{}()])\/\/[^\n]*/g, '$1')
}

/** The repository refers to nothing outside itself: no sibling folder, no path of one machine, no download address. */
export const outside: readonly { readonly name: string; readonly about: RegExp; readonly pattern: RegExp }[] = [
  { name: 'a folder beside the repository', about: /./, pattern: new RegExp(String.raw`\.\./${'shared'}\b`) },
  {
    name: "a developer's folder",
    about: /./,
    pattern: new RegExp(String.raw`(?<![\w.$}/-])/(?:${'work'}|home/[a-z_]\w*)/`),
  },
  { name: 'where a package came from', about: /^package.*\.json$/, pattern: /"resolved":\s*"(?!node_modules)/ },
  {
    name: 'a package that is not from the registry',
    about: /^package.*\.json$/,
    pattern: /"(?:file|link|git\+\w+|github):[^"]*"/,
  },
]
