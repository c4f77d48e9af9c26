import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { unpackDebianPackages, type UnpackOptions } from '../../../support/debian/debian-packages';
import { programOf } from '../../../support/debian/program-of';

const PACKAGES = ['chromium-headless-shell', 'fonts-dejavu-core'];
const LIBRARIES: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** Debian's Chromium without a window, with the only fonts that it may use, so that its pictures are the same everywhere. */
export async function launchChromium(options: UnpackOptions = {}): Promise<Browser> {
  const root = await unpackDebianPackages(PACKAGES, { ...options, withLibraries: true });
  const folders = [`usr/lib/${LIBRARIES[process.arch]}/pulseaudio`];
  const { command, env } = programOf(root, 'usr/lib/chromium/chromium-headless-shell', undefined, folders);
  const cache = join(root, '../fonts');
  mkdirSync(cache, { recursive: true });
  const fonts = join(cache, 'fonts.conf');
  writeFileSync(
    fonts,
    `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n` +
      `<fontconfig><dir>${join(root, 'usr/share/fonts')}</dir><cachedir>${cache}</cachedir></fontconfig>\n`,
  );
  return chromium.launch({
    executablePath: command,
    // The sandbox needs a setuid helper, which an unpacked package is not. Only pages of the tests are opened.
    args: ['--no-sandbox'],
    env: { ...process.env, ...env, FONTCONFIG_FILE: fonts },
  });
}
