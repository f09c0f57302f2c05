// Compiles WebAssembly text into modules of TypeScript: node tools/wasm.ts. test/wasm.test.ts fails when one is not current.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

const folder = fileURLToPath(new URL('../src/stream/protocol/records/', import.meta.url))

/** The path of each compiled module, and its text. */
export async function wasmModules(): Promise<readonly (readonly [path: string, text: string])[]> {
  const compiler = await wabt()
  const name = 'encode-lines'
  const source = compiler.parseWat(`${name}.wat`, readFileSync(`${folder}${name}.wat`, 'utf8'), {
    simd: true,
    multi_value: true,
  })
  source.validate()
  const code = Buffer.from(source.toBinary({}).buffer).toString('base64')
  const lines = code.match(/.{1,110}/g)!.map((part) => `  '${part}',`)
  const text = `// Made by tools/wasm.ts from ${name}.wat; do not edit.\nexport const encodeLinesModule = [\n${lines.join('\n')}\n].join('')\n`
  return [[`${folder}${name}-module.ts`, text]]
}

if (import.meta.main) for (const [path, text] of await wasmModules()) writeFileSync(path, text)
