import { expect, it } from 'vitest'
import { shimSockets } from '../../../src/core/runtimes/shim-sockets.ts'

it('names a socket as containerd does', () => {
  // Seen in /proc/net/unix, containerd 1.6.20: `-namespace default -id w1a -address /tmp/w1/c.sock`
  const [newest, hashed, plain] = shimSockets('/tmp/w1/c.sock', 'default', 'w1a')
  expect(newest).toBe('/run/containerd/s/555eef6f8aab0ac15dbca2721af9501ef72fa38ff160cfc220b48e983159f8dc')
  expect(hashed).toMatch(/^@\/containerd-shim\/[0-9a-f]{64}\.sock$/)
  expect(plain).toBe('@/containerd-shim/default/w1a/shim.sock')
})

it('names none that it would have to guess', () => {
  expect([...shimSockets('/run/containerd/containerd.sock', null, 'x')]).toEqual([])
  expect([...shimSockets('/run/containerd/containerd.sock', 'k8s.io', null)]).toEqual([])
})
