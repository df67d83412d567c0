import { wasmShim } from './wasm-shim-form.ts'

export const containerdShimWasmtime = wasmShim({
  name: 'wasmtime',
  title: 'runs WebAssembly in Wasmtime: one per pod, the container is a fork of the shim',
  docs: 'containerd/runwasi crates/containerd-shim-wasmtime',
})
