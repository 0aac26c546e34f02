declare module '*.i8' {
  const bytes: ArrayBuffer
  export default bytes
}
declare module '*.f32' {
  const bytes: ArrayBuffer
  export default bytes
}
declare module '*.txt' {
  const text: string
  export default text
}
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
