/** What is sent on one connection, piece by piece, and what it gets. */
export interface Try {
  readonly say: readonly (string | Buffer)[]
  /** Every status in order, or the code of a closing WebSocket; `ended`: and then the end of the connection. */
  readonly gets: string
}

/** One line of the table: tried here on the built daemon, or held by a test with limits of its own. */
export interface Attempt {
  readonly attempt: string
  readonly answer: string
  readonly tries?: readonly Try[]
  readonly heldBy?: readonly [file: string, title: string]
}

const get = (path: string, ...headers: string[]): string =>
  ['GET ', path, ' HTTP/1.1\r\nHost: localhost\r\n', ...headers.map((line) => `${line}\r\n`), '\r\n'].join('')
const once = (say: string, gets: string): Try => ({ say: [say], gets })
const all = (gets: string, ...texts: string[]): Try[] => texts.map((say) => once(say, gets))

const handshake = (...headers: string[]): string =>
  get(
    '/api/v1/live',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
    ...headers,
  )
/** A frame of a client, masked with zeros. RFC 6455, 5.2 */
function frame(first: number, payload: Buffer, length = payload.length): Buffer {
  const announced =
    length < 126
      ? Buffer.from([0x80 | length])
      : length < 65_536
        ? Buffer.from([0xfe, length >> 8, length & 255])
        : Buffer.concat([Buffer.from([0xff]), Buffer.from([0x7f, 255, 255, 255, 255, 255, 255, 255])])
  return Buffer.concat([Buffer.from([first]), announced, Buffer.alloc(4), payload])
}
const [TEXT, BINARY, MORE] = [0x81, 0x82, 0x00]
const socket = (gets: string, ...frames: Buffer[]): Try => ({ say: [handshake(), ...frames], gets: `101 ${gets}` })

const unit = 'test/outputs/http/door/attempts.test.ts'
const live = 'test/outputs/live/door.test.ts'

export const attempts: readonly Attempt[] = [
  {
    attempt: 'no password, a wrong one, an unknown name, on any path, also of the feed',
    answer: '401 before anything is read; the connection is closed',
    heldBy: [unit, '%s needs a password or a token, and says which'],
  },
  {
    attempt: 'guessing passwords',
    answer: '10 at once, then one a second per address and four for all; 429 beyond. Who is known is let in meanwhile',
    heldBy: [unit, 'guessing passwords: ten at once, then one a second, and who knows is let in all the while'],
  },
  {
    attempt: 'another certificate than asked for, or none',
    answer: 'the handshake ends; for each of the five kinds, with TLS 1.2 and 1.3',
    heldBy: ['test/e2e/door.e2e.test.ts', 'a client with the certificate: %s'],
  },
  {
    attempt:
      'a page that points its own name here (DNS rebinding), also as `localhost.evil.example` or a whole address',
    answer:
      "403: at the loopback every name but its own; elsewhere, without TLS and password, every name but an address, the host's own and `--web.allowed-hosts`",
    tries: all(
      '403',
      ...['evil.example', 'localhost.evil.example', 'evil.example:19256', '192.0.2.1', '127.0.0.1.evil.example'].map(
        (host) => get('/tree').replace('Host: localhost', `Host: ${host}`),
      ),
      'GET http://evil.example/tree HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    ),
  },
  { attempt: 'two names (`Host` twice)', answer: '400', tries: all('400', get('/tree', 'Host: evil.example')) },
  {
    attempt: 'a script or WebSocket of another site (`Origin`)',
    answer: '403, before the upgrade',
    tries: [
      ...all('403', get('/tree', 'Origin: http://evil.example'), get('/tree', 'Origin: null')),
      once(handshake('Origin: http://evil.example'), '403 ended'),
    ],
  },
  {
    attempt: 'an inline script, a frame, a form',
    answer: 'forbidden by `Content-Security-Policy` on every answer',
    heldBy: ['test/outputs/http/server.test.ts', 'every answer says what a browser may do with it'],
  },
  {
    attempt: 'POST, PUT, DELETE, PATCH, OPTIONS, TRACE',
    answer: '405',
    tries: ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'].map((method) =>
      once(get('/tree').replace('GET', method), '405'),
    ),
  },
  {
    attempt: 'paths that lead out: `/../`, `%2e%2e`, `..%2f`, `//`, backslashes, `%00`, half an escape, overlong UTF-8',
    answer: '404 or 400: files are read once, at the start, and served by name',
    tries: [
      ...all(
        '404',
        get('/../../../../etc/passwd'),
        get('/%2e%2e/%2e%2e/etc/passwd'),
        get('/assets/..%2f..%2f..%2f..%2fetc%2fpasswd'),
        get('//etc/passwd'),
        get('/assets/..\\..\\etc\\passwd'),
        get('/assets/%00'),
      ),
      ...all('400', get('/%'), get('/assets/%c0%ae%c0%ae/etc/passwd')),
    ],
  },
  {
    attempt: 'headers above 8 KiB, one or many; a long path, a long query',
    answer: '431',
    tries: all(
      '431 ended',
      get('/tree', `X: ${'x'.repeat(9_000)}`),
      get('/tree', ...Array.from({ length: 400 }, (_, at) => `X-${at}: ${'x'.repeat(20)}`)),
      get(`/${'x'.repeat(9_000)}`),
      get(`/tree?q=${'x'.repeat(9_000)}`),
    ),
  },
  {
    attempt: 'a body, also one that would unpack to gigabytes (`Content-Encoding`)',
    answer: 'not read, not unpacked',
    tries: [
      once(`${get('/-/healthy', 'Content-Length: 99999999')}${'x'.repeat(1_000)}`, '200'),
      once(`${get('/-/healthy', 'Content-Encoding: gzip', 'Content-Length: 4')}\x1fgz!`, '200'),
      once(get('/tree', 'Content-Encoding: br', 'Content-Length: 99999999').replace('GET', 'POST'), '405'),
    ],
  },
  {
    attempt:
      'one request hidden in another (smuggling): as its body; both `Content-Length` and `Transfer-Encoding`; two lengths, `+5`, `0x5`; `xchunked`, `chunked, identity`, a blank before the colon; folded lines, NUL, bare CR or LF; chunks of 2⁷² bytes, or with long extensions',
    answer: 'one answer, to the outer one; else 400, and the end of the connection',
    tries: [
      once(get('/-/healthy', `Content-Length: ${get('/metrics').length}`) + get('/metrics'), '200'),
      ...all(
        '400 ended',
        `${get('/tree', 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n${get('/metrics')}`,
        `${get('/tree', 'Content-Length: 1', 'Content-Length: 2')}x`,
        `${get('/tree', 'Content-Length: +5')}hello`,
        `${get('/tree', 'Content-Length: 0x5')}hello`,
        `${get('/tree', 'Transfer-Encoding: xchunked')}0\r\n\r\n`,
        `${get('/tree', 'Transfer-Encoding: chunked, identity')}0\r\n\r\n`,
        `${get('/tree', 'Transfer-Encoding : chunked')}0\r\n\r\n`,
        get('/tree', 'X: a', ' b'),
        get('/tree', 'X: a\0b'),
        'GET /tree HTTP/1.1\rHost: localhost\r\n\r\n',
        'GET /tree HTTP/1.1\nHost: localhost\n\n',
      ),
      // The answer is on its way when the body turns out to be none.
      ...[`${'F'.repeat(18)}\r\n`, `1;${'x'.repeat(20_000)}\r\n`].map((chunk) =>
        once(get('/tree', 'Transfer-Encoding: chunked') + chunk, '400 ended'),
      ),
    ],
  },
  {
    attempt: 'no `Host`, TLS or other bytes, CONNECT, HTTP/2 by prior knowledge',
    answer: '400, or the end of the connection',
    tries: [
      ...all(
        '400 ended',
        'GET /tree HTTP/1.1\r\n\r\n',
        '\x16\x03\x01\x02\0\x01\0\x01',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      ),
      once('CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n', 'ended'),
    ],
  },
  {
    attempt: 'questions that are none: `?at=yesterday`, `?__proto__=1`, without a journal',
    answer: '404 with a sentence, or as if not asked',
    tries: [...all('404', get('/api/v1/snapshot?at=yesterday')), ...all('200', get('/tree?__proto__=1'))],
  },
  {
    attempt: 'the feed without an upgrade, with a version or key that is none',
    answer: '426, 400',
    tries: [
      once(get('/api/v1/live'), '426'),
      ...all('400 ended', handshake().replace('Version: 13', 'Version: 99'), handshake().replace(/Key: \S+/, 'Key: x')),
    ],
  },
  {
    attempt: 'a WebSocket message above 4 KiB: whole, in fragments, announced as 2⁶³ bytes',
    answer: '1009, before it is taken',
    tries: [
      socket('1009 ended', frame(BINARY, Buffer.alloc(5_000))),
      socket('1009 ended', frame(BINARY, Buffer.alloc(0), 2 ** 53)),
      socket(
        '1009 ended',
        frame(0x01, Buffer.alloc(100)),
        ...Array.from({ length: 60 }, () => frame(MORE, Buffer.alloc(100))),
      ),
    ],
  },
  {
    attempt: 'a frame that is not masked, compressed though nobody agreed, of no known kind',
    answer: '1002',
    tries: [
      socket('1002 ended', Buffer.from([TEXT, 1, 0x78])),
      {
        say: [handshake('Sec-WebSocket-Extensions: permessage-deflate'), frame(0xc1, Buffer.from('x'))],
        gets: '101 1002 ended',
      },
      socket('1002 ended', frame(0x83, Buffer.from('x'))),
    ],
  },
  {
    attempt: 'more than 256 messages or pings in 30 s',
    answer: 'the connection ends',
    heldBy: [live, 'many small ones (%s) close it too'],
  },
  {
    attempt: 'more than 1,024 clients of the feed, 64 of the stream of events',
    answer: '1013, 503',
    heldBy: [live, 'no more clients than agreed'],
  },
  {
    attempt: 'a slow client of the feed',
    answer: 'loses deltas and gets a fresh snapshot; 1013 after 30 s',
    heldBy: ['test/outputs/live/slow.test.ts', 'is let go when it lags for too long'],
  },
  {
    attempt: 'connections, or TLS handshakes, that never finish (slow loris)',
    answer:
      'beyond 256 the oldest, once a second old, give way to whoever comes; each ends after 10 s (handshakes 5 s). Nobody else waits',
    heldBy: [
      'test/e2e/door.e2e.test.ts',
      'handshakes that are never finished cost nothing, and do not hold up the end',
    ],
  },
  {
    attempt: 'headers a byte at a time',
    answer: '408 after 10 s',
    tries: [{ say: [get('/tree').slice(0, -2), ...Array.from({ length: 40 }, () => 'x')], gets: '408 ended' }],
  },
  {
    attempt: 'idle connections',
    answer: 'closed to make room above 1,536; none above 4,096',
    heldBy: [unit, 'idle connections make room when there are many'],
  },
  {
    attempt: 'half-open: a client that has closed its side',
    answer: 'gets its answer',
    heldBy: [unit, 'half-open: a client that has said all it will say still gets its answer'],
  },
  {
    attempt: 'an answer that is not read',
    answer: 'given up after a minute',
    heldBy: [unit, 'an answer that nobody takes is given up'],
  },
  {
    attempt: 'aliases in the web configuration that grow without end',
    answer: 'refused',
    heldBy: ['test/outputs/http/door/web-config.test.ts', 'aliases that grow without end are refused'],
  },
  {
    attempt: 'a flood of requests, also of thousands on one connection',
    answer: '429 above 100 a second per address after a burst of 1,500; and what `rate_limit` says',
    heldBy: ['test/e2e/door-table.e2e.test.ts', 'a flood on one connection'],
  },
]
/** On a busy machine it takes so long that some hundreds more are allowed meanwhile. */
export const FLOOD = 6_000
export const flood = get('/-/healthy').repeat(FLOOD)
