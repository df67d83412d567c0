import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { optionNames, options } from '../../src/config.ts'

const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url))

/** Before 1.21 kubectl had a kustomize that knows no `patches`. */
const minor = Number(/v1\.(\d+)/.exec(spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' }).stdout)?.[1])
const canRender = minor >= 21 || process.env['CI'] === 'true'

type Value = Readonly<Record<string, unknown>>

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> }
  readonly [field: string]: unknown
}

interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string }[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[]
  readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } }
  readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } }
  readonly securityContext: Value & { readonly capabilities: { readonly drop: string[]; readonly add?: string[] } }
}

interface PodTemplate {
  readonly metadata: { readonly labels: Record<string, string> }
  readonly spec: Value & {
    readonly containers: readonly Container[]
    readonly volumes: readonly {
      readonly name: string
      readonly hostPath?: { readonly path: string }
      readonly emptyDir?: { readonly sizeLimit: string }
    }[]
  }
}

/** What `kubectl kustomize` makes of a folder, by kind and name. */
function render(folder: string): ReadonlyMap<string, Manifest> {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', path(`deploy/kubernetes/${folder}`)], {
    encoding: 'utf8',
  })
  // A warning is about something that a later kustomize refuses.
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const manifests = parseAllDocuments(stdout).map((document) => document.toJS() as Manifest)
  return new Map(manifests.map((manifest) => [`${manifest.kind}/${manifest.metadata.name}`, manifest]))
}

function of<T = Manifest>(rendered: ReadonlyMap<string, Manifest>, name: string): T {
  const manifest = rendered.get(name)
  if (manifest === undefined) throw new Error(`there is no ${name}, only ${[...rendered.keys()].join(', ')}`)
  return manifest as T
}

const daemonSet = (rendered: ReadonlyMap<string, Manifest>) =>
  of<Manifest & { spec: { selector: { matchLabels: Record<string, string> }; template: PodTemplate } }>(
    rendered,
    'DaemonSet/shimscope',
  )

const agentOf = ({ spec }: ReturnType<typeof daemonSet>): Container => {
  const [container, ...others] = spec.template.spec.containers
  if (container === undefined || others.length > 0) throw new Error('one container was expected')
  return container
}

/**
 * Kubernetes' own types, offline: kubectl decodes what it is given into them and writes it again. What has a wrong type
 * is refused, and a field that does not exist is lost on the way.
 */
function throughTypes(manifest: Manifest): unknown {
  const argv = ['set', 'image', '--local', '-f', '-', '-o', 'json', 'shimscope=another:image']
  const { status, stdout, stderr } = spawnSync('kubectl', argv, { input: JSON.stringify(manifest), encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout)
}

describe.skipIf(!canRender)('the manifests (skipped: kubectl 1.21 or later is not installed)', () => {
  describe.each([
    ['base', { user: 0, add: ['SYS_PTRACE', 'DAC_READ_SEARCH'] }],
    ['overlays/minimal', { user: 65_534, add: undefined }],
  ] as const)('%s', (folder, { user, add }) => {
    test('has what it needs and no more', () => {
      const names = [
        'Namespace/shimscope',
        'ServiceAccount/shimscope',
        'DaemonSet/shimscope',
        'NetworkPolicy/shimscope',
      ]
      expect(new Set(render(folder).keys())).toEqual(new Set(names))
    })

    test('every field of the DaemonSet is one that Kubernetes knows', () => {
      const manifest = daemonSet(render(folder))
      // It writes only what changes; what is false it leaves out.
      const text = JSON.stringify(manifest).replace(agentOf(manifest).image, 'another:image')
      const expected = JSON.parse(text.replaceAll(/"(?:hostPID|hostNetwork)":false,?/g, ''))
      expect(throughTypes(manifest)).toMatchObject(expected)
      const misspell = (given: Manifest) =>
        JSON.parse(JSON.stringify(given).replace('readOnlyRootFilesystem', 'readOnlyRoot'))
      expect(throughTypes(misspell(manifest))).not.toMatchObject(misspell(expected))
    })

    test('it may read the node, write its journal, and nothing else', () => {
      const manifest = daemonSet(render(folder))
      const { template } = manifest.spec
      const { securityContext, volumeMounts } = agentOf(manifest)
      expect(securityContext).toMatchObject({
        runAsUser: user,
        runAsGroup: user,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
      })
      expect(securityContext.capabilities.drop).toEqual(['ALL'])
      expect(securityContext.capabilities.add).toEqual(add)
      expect(securityContext).not.toHaveProperty('privileged')
      expect(template.spec).toMatchObject({
        hostPID: false,
        hostNetwork: false,
        automountServiceAccountToken: false,
        securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      })
      expect(template.spec).not.toHaveProperty('hostIPC')
      const ofTheNode = template.spec.volumes.filter(({ hostPath }) => hostPath !== undefined)
      expect(ofTheNode.map(({ hostPath }) => hostPath?.path)).toEqual(['/proc', '/sys/fs/cgroup'])
      for (const { name } of ofTheNode)
        expect(volumeMounts.find((mount) => mount.name === name)).toMatchObject({ readOnly: true })
      const others = template.spec.volumes.filter((volume) => !ofTheNode.includes(volume))
      expect(others).toEqual([{ name: 'journal', emptyDir: { sizeLimit: '256Mi' } }])
      // What it keeps to by itself stays below what it would be evicted for.
      expect(options.journalMaxBytes.parse(options.journalMaxBytes.fallback)).toBeLessThan(256 * 2 ** 20)
      expect(agentOf(manifest).args).toContain(
        `--journal.directory=${volumeMounts.find(({ name }) => name === 'journal')?.mountPath}`,
      )
      expect(new Set(volumeMounts.map(({ name }) => name))).toEqual(
        new Set(template.spec.volumes.map(({ name }) => name)),
      )
    })

    test('its arguments and variables are ones that the program has', () => {
      const { args, env } = agentOf(daemonSet(render(folder)))
      const table = optionNames.map((name) => options[name])
      expect(args[0]).toBe('serve')
      for (const argument of args.slice(1)) {
        const [flag = '', value = ''] = argument.split('=')
        const option = table.find((row) => row.flag.startsWith(`${flag} `))
        expect(option?.commands).toContain('serve')
        option?.parse(value)
      }
      for (const { name } of env) expect(table.map((row) => row.env)).toContain(name)
    })

    test('what refers to another finds it', () => {
      const rendered = render(folder)
      const manifest = daemonSet(rendered)
      const { template, selector } = manifest.spec
      const { ports, livenessProbe, readinessProbe } = agentOf(manifest)
      expect(template.metadata.labels).toMatchObject(selector.matchLabels)
      expect(ports).toEqual([{ name: 'http', containerPort: 19_256, protocol: 'TCP' }])
      expect([livenessProbe.httpGet, readinessProbe.httpGet]).toEqual([
        { path: '/livez', port: 'http' },
        { path: '/readyz', port: 'http' },
      ])
      const account = of<Manifest & { automountServiceAccountToken: boolean }>(rendered, 'ServiceAccount/shimscope')
      expect(account.automountServiceAccountToken).toBe(false)
      expect(template.spec['serviceAccountName']).toBe('shimscope')
      for (const { kind, metadata } of rendered.values())
        if (kind !== 'Namespace') expect([kind, metadata.namespace]).toEqual([kind, 'shimscope'])
    })

    test('the NetworkPolicy is this one', () => {
      // Field by field: kubectl has no way to say offline which of them Kubernetes knows.
      const { apiVersion, spec } = of(render(folder), 'NetworkPolicy/shimscope')
      expect({ apiVersion, spec }).toEqual({
        apiVersion: 'networking.k8s.io/v1',
        spec: {
          podSelector: { matchLabels: { 'app.kubernetes.io/name': 'shimscope' } },
          policyTypes: ['Ingress', 'Egress'],
          ingress: [
            {
              from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
              ports: [{ port: 'http', protocol: 'TCP' }],
            },
          ],
          egress: [],
        },
      })
    })
  })

  test('overlays/confined: the base under the shipped seccomp profile', () => {
    const base = daemonSet(render('base'))
    const { template } = base.spec
    const seccompProfile = { type: 'Localhost', localhostProfile: 'shimscope.json' }
    expect(daemonSet(render('overlays/confined'))).toEqual({
      ...base,
      spec: {
        ...base.spec,
        template: { ...template, spec: { ...template.spec, securityContext: { seccompProfile } } },
      },
    })
  })

  describe('overlays/monitoring', () => {
    test('adds what to scrape, the rules and a ConfigMap for each dashboard', () => {
      const rendered = render('overlays/monitoring')
      const added = [...rendered.keys()].filter((name) => !render('base').has(name))
      const dashboards = ['fleet', 'node', 'incident'].map((name) => `ConfigMap/shimscope-dashboard-${name}`)
      expect(new Set(added)).toEqual(new Set(['PodMonitor/shimscope', 'PrometheusRule/shimscope', ...dashboards]))
      expect(daemonSet(rendered)).toEqual(daemonSet(render('base')))
      for (const name of dashboards) {
        const { metadata, data } = of<Manifest & { data: Record<string, string> }>(rendered, name)
        expect(metadata).toMatchObject({ namespace: 'shimscope', labels: { grafana_dashboard: '1' } })
        for (const text of Object.values(data)) expect(JSON.parse(text)).toHaveProperty('panels')
        // What etcd takes of one object, and what `kubectl apply` takes of one annotation.
        expect(JSON.stringify(data).length).toBeLessThan(262_144)
      }
    })

    test('the PodMonitor finds the pods by label and port, and keeps the labels of verdicts', () => {
      const rendered = render('overlays/monitoring')
      const manifest = daemonSet(rendered)
      const { spec } = of<Manifest & { spec: { selector: { matchLabels: object }; podMetricsEndpoints: Value[] } }>(
        rendered,
        'PodMonitor/shimscope',
      )
      expect(manifest.spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels)
      expect(spec.podMetricsEndpoints).toMatchObject([
        { port: agentOf(manifest).ports[0]?.name, path: '/metrics', honorLabels: true },
      ])
    })
  })
})
