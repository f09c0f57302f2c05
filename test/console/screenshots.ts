import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Look } from './open-console.ts'

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
/** Those that the README shows, each in one look. */
const kept: Readonly<Record<string, Look['scheme']>> = {
  overview: 'light',
  ledger: 'light',
  'a hop': 'dark',
  'dead letters': 'light',
  sql: 'light',
  spec: 'light',
}

/** Writes docs/images/console-NAME.png when WEIR_SCREENSHOTS is set. */
export async function keepScreenshot(page: Page, name: string, { scheme, width }: Look): Promise<void> {
  if (!process.env['WEIR_SCREENSHOTS'] || kept[name] !== scheme || width !== 1280) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: `${folder}console-${name.replaceAll(' ', '-')}.png` })
}
