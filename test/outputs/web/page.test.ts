import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readPage } from '../../../src/outputs/web/read-page.ts'

const source = fileURLToPath(new URL('../../../src/outputs/web/page', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'shimscope-page-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the page as it is built', () => {
  beforeAll(async () => {
    await build({
      root: source,
      base: './',
      configFile: false,
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: true },
    })
  }, 30_000)

  test('is small, whole and needs nothing from elsewhere', () => {
    const files = readPage(folder)
    expect(files.map(({ path }) => path.replace(/-[\w-]{8}\./, '.')).sort()).toEqual([
      '/',
      '/assets/index.css',
      '/assets/index.js',
    ])
    expect(gzipSync(Buffer.concat(files.map(({ body }) => body))).length).toBeLessThan(60_000)
    const html = files.find(({ path }) => path === '/')
    expect(html).toMatchObject({ type: 'text/html; charset=utf-8', immutable: false })
    for (const [, address] of String(html?.body).matchAll(/(?:src|href)="\.\/(assets[^"]+)"/g)) {
      expect(files.map(({ path }) => path)).toContain(`/${address}`)
    }
    for (const { body } of files) expect(String(body)).not.toMatch(/\b(src|href)="https?:|@import|url\(/)
  })

  test('has no inline script or style, which its content security policy forbids', () => {
    const html = String(readPage(folder).find(({ path }) => path === '/')?.body)
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:/i)
  })
})

test('what a process calls itself is never markup', () => {
  const scripts = readdirSync(source).filter((name) => /\.tsx?$/.test(name))
  expect(scripts.length).toBeGreaterThan(20)
  for (const name of scripts) {
    expect(readFileSync(join(source, name), 'utf8')).not.toMatch(
      /innerHTML|outerHTML|dangerouslySet|insertAdjacentHTML|document\.write|DOMParser|eval\(|srcdoc/,
    )
  }
})

test('without a build there is one page that says so', () => {
  const [only, ...others] = readPage(join(folder, 'nothing'))
  expect(others).toEqual([])
  expect(String(only?.body)).toContain('npm run build')
})
