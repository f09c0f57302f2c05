import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `vite` serves the console against a Weir that runs: WEIR_HTTP names it. */
const weir = process.env['WEIR_HTTP'] ?? 'http://127.0.0.1:4000'
const proxied = { target: weir, changeOrigin: true }

export default defineConfig({
  plugins: [react()],
  base: '/',
  build: { outDir: 'dist', target: 'es2023', sourcemap: false },
  server: { proxy: { '/api': proxied, '/iceberg': proxied, '/metrics': proxied, '/openapi.json': proxied } },
})
