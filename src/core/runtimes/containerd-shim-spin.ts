import { wasmShim } from './wasm-shim-form.ts'

export const containerdShimSpin = wasmShim({
  name: 'spin',
  title: 'runs WebAssembly in Spin: one per pod, the container is a fork of the shim',
  docs: 'spinframework/containerd-shim-spin, containerd/runwasi crates/containerd-shimkit',
})
