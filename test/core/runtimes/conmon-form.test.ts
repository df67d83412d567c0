import { describe, expect, it } from 'vitest'
import type { ProcessSample } from '../../../src/core/model/process.ts'
import { known } from '../../../src/core/model/reading.ts'
import { conmonCriO } from '../../../src/core/runtimes/conmon-cri-o.ts'
import { conmonPodman } from '../../../src/core/runtimes/conmon-podman.ts'

const process = (words: string): ProcessSample => ({
  key: '9@9',
  pid: 9,
  comm: 'conmon',
  state: 'S',
  ppid: 1,
  pgrp: 9,
  session: 9,
  kernelThread: false,
  exiting: false,
  usage: { cpuTicks: 0, threads: 1, rssPages: 1, readAtMs: 0 },
  startTicks: 9,
  cgroup: known({ unified: '/', controllers: new Map(), path: '/' }),
  argv: known(words.split(' ')),
  detail: undefined,
})

describe('conmon', () => {
  it("is podman's where it cleans up by calling podman", () => {
    const words =
      'conmon --api-version 1 -c abc -u abc -b /b/abc/userdata -p /r/pidfile -n web --full-attach -s -l journald --exit-command /usr/bin/podman'
    expect(conmonCriO.recognize(process(words))).toBeUndefined()
    expect(conmonPodman.recognize(process(words))).toMatchObject({
      role: 'shim',
      generation: 'conmon',
      id: 'abc',
      bundle: '/b/abc/userdata',
      pidFile: '/r/pidfile',
      names: { role: null, name: 'web', pod: null },
    })
  })

  it("is podman's of 2018, which CRI-O's package brought", () => {
    const words =
      '/usr/libexec/crio/conmon -c abc -u abc -r /usr/bin/runc -b /b/abc/userdata -n web --exit-dir /var/run/libpod/exits'
    expect(conmonPodman.recognize(process(words))).toMatchObject({ role: 'shim', id: 'abc' })
    expect(conmonCriO.recognize(process(words))).toBeUndefined()
  })

  it("is CRI-O's otherwise, and its name tells the pod", () => {
    const uid = '767081f8d4a1e549747c8b66d4842b25'
    const words = `/usr/bin/conmon -b /b/abc/userdata -c abc --exit-dir /var/run/crio/exits -n k8s_etcd_etcd-a_kube-system_${uid}_1 -s`
    expect(conmonPodman.recognize(process(words))).toBeUndefined()
    expect(conmonCriO.recognize(process(words))).toMatchObject({
      role: 'shim',
      names: {
        role: 'container',
        name: 'etcd',
        pod: { uid: '767081f8-d4a1-e549-747c-8b66d4842b25', name: 'etcd-a', namespace: 'kube-system' },
      },
    })
    expect(conmonCriO.recognize(process(words.replace('k8s_etcd', 'k8s_POD')))).toMatchObject({
      names: { role: 'sandbox', name: null },
    })
  })

  it.each(['-e', '--exec', '--exec-process-spec /tmp/x'])('with %s keeps a session, and no container', (flag) => {
    expect(conmonCriO.recognize(process(`conmon -c abc -n web ${flag} -l /tmp/log`))).toMatchObject({
      role: 'engine',
      verb: 'exec-session',
      id: 'abc',
    })
  })

  it.each(['conmon --version', 'conmon', '/usr/bin/conmonitor -c abc'])('is not %s', (words) => {
    expect(conmonCriO.recognize(process(words))).toBeUndefined()
    expect(conmonPodman.recognize(process(words))).toBeUndefined()
  })
})
