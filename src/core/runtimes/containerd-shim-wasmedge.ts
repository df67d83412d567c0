import { wasmShim } from './wasm-shim-form.ts'

export const containerdShimWasmedge = wasmShim({
  name: 'wasmedge',
  title: 'runs WebAssembly in WasmEdge: one per pod, the container is a fork of the shim',
  docs: 'containerd/runwasi crates/containerd-shim-wasmedge',
})
