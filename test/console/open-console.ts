import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** A page with what went wrong in it: errors of scripts, and what the content security policy refused. */
export interface ConsolePage {
  readonly page: Page
  readonly faults: string[]
  /** Opens an address and waits until nothing is loading. */
  readonly open: (path: string) => Promise<void>
  /** Axe's findings in this look; each names the rule and the first element. */
  readonly violations: (look: Look) => Promise<readonly string[]>
}

export interface Look {
  readonly scheme: 'light' | 'dark'
  readonly width: 1280 | 1920
}

export const looks: readonly Look[] = [
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 1920 },
  { scheme: 'dark', width: 1280 },
  { scheme: 'light', width: 1920 },
]

export async function openConsole(browser: Browser, address: string): Promise<ConsolePage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
  page.setDefaultTimeout(30_000)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
  })
  return {
    page,
    faults,
    async open(path) {
      await page.goto(`${address}${path}`)
      await settled(page)
    },
    async violations({ scheme, width }) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 860 })
      return runAxe(page)
    },
  }
}

/** The frame is there and no placeholder stands for what is on its way. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('[aria-label="Loading"]').first().waitFor({ state: 'detached' })
}

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
}

async function runAxe(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResult>("axe.run(document, { resultTypes: ['violations'] })")
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)
}
