import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import { chromium, type Browser } from 'playwright-core'

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'node_modules/@sparticuz/chromium')

/**
 * A real Chromium from an npm package, unpacked once under node_modules/.cache. The package's own starter is not used: it
 * takes any `chromium` in the temporary folder and switches web security off.
 */
export async function startChromium(): Promise<Browser> {
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string }
  const folder = join(root, 'node_modules/.cache/weir', `chromium-${version}`)
  if (!existsSync(join(folder, 'chrome'))) await unpack(folder)
  return chromium.launch({
    executablePath: join(folder, 'chrome'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
      // Under LANG=C the language is en-US@posix, which Intl refuses.
      LANG: 'en_US.UTF-8',
      LC_ALL: 'en_US.UTF-8',
      TZ: 'UTC',
    },
  })
}

/** The program comes last and by rename: while it is absent, nothing counts as unpacked. */
async function unpack(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const archive of ['al2023', 'fonts']) {
    const tar = join(folder, `${archive}.tar.${process.pid}`)
    await decompress(join(source, `bin/${archive}.tar.br`), tar)
    const target = archive === 'al2023' ? join(folder, archive) : folder
    mkdirSync(target, { recursive: true })
    execFileSync('tar', ['-xf', tar, '-C', target])
    execFileSync('rm', [tar])
  }
  const part = join(folder, `chrome.${process.pid}`)
  await decompress(join(source, 'bin/chromium.br'), part)
  chmodSync(part, 0o755)
  renameSync(part, join(folder, 'chrome'))
}

async function decompress(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to))
}
