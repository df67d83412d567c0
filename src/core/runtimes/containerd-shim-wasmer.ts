import { wasmShim } from './wasm-shim-form.ts'

export const containerdShimWasmer = wasmShim({
  name: 'wasmer',
  title: 'runs WebAssembly in Wasmer: one per pod, the container is a fork of the shim',
  docs: 'containerd/runwasi crates/containerd-shim-wasmer',
})
